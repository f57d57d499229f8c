// The commands of the executable. Without one, it serves. Every command ends with 0, 1 for a
// failure that it has explained, or 2 for a command line that it did not understand.

internal import Glibc
internal import Plugins
internal import Storage

/// What the executable can do.
public enum CommandLineTool {
  private static let help = """
    fks-execution: the order gateway of FKS.

      fks-execution            runs the service
      fks-execution check      reads the settings, prints them with secrets as ***, and stops
      fks-execution verify     walks the journal and finds changed, missing or moved rows
      fks-execution rebuild    fills the tables anew from the journal and compares (service stopped)
      fks-execution migrate    brings the database to this program's schema, and stops
      fks-execution export PLACE
                               copies all of the database to PLACE, sqlite:PATH or
                               postgresql://…, which must be empty (service stopped)
      fks-execution import PLACE
                               copies all of PLACE to the database, which must be empty
      fks-execution prune MONTH PLACE
                               moves the journal's months before MONTH, such as 2026-11, to PLACE,
                               which must be empty (service stopped)
      fks-execution export ORDER_ID
                               prints all that the journal has about an order, as one document
      fks-execution verify-trail FILE
                               checks such a document, and that the journal has its rows
      fks-execution doctor PLUGIN
                               says what is wrong with an account at a venue: binance
      fks-execution healthcheck
                               ends with 0 if the service on this machine works, else with 1
      fks-execution keygen NAME SCOPES
                               makes an API key; SCOPES are read, trade, admin joined by +
      fks-execution version    prints the version
      fks-execution help       prints this

    Settings come from the environment, then config/execution.json5, then defaults.

    """

  /// Runs a command and gives the exit status of the process.
  public static func run(_ arguments: [String]) -> Int32 {
    switch (arguments.first, arguments.count) {
    case (nil, _): return withSettings { ServeCommand.run($0) }
    case ("check", 1): return withSettings { CheckCommand.run($0) }
    case ("verify", 1): return withSettings { JournalCommand.verify($0.store) }
    case ("rebuild", 1): return withSettings { JournalCommand.rebuild($0.store) }
    case ("migrate", 1): return withSettings { JournalCommand.migrate($0.store) }
    case ("import", 2):
      return withSettings { settings in
        withPlace(arguments[1]) { JournalCommand.copy(from: $0, to: settings.store) }
      }
    case ("prune", 3):
      return withSettings { settings in
        withPlace(arguments[2]) {
          JournalCommand.prune(settings.store, before: arguments[1], to: $0)
        }
      }
    case ("export", 2):
      return withSettings { settings in
        guard isPlace(arguments[1]) else {
          return TrailCommand.export(arguments[1], settings.store)
        }
        return withPlace(arguments[1]) { JournalCommand.copy(from: settings.store, to: $0) }
      }
    case ("verify-trail", 2):
      return withSettings { TrailCommand.verify(arguments[1], $0.store) }
    case ("doctor", 2):
      return withSettings { DoctorCommand.run(arguments[1], $0) }
    case ("healthcheck", 1): return withSettings { HealthcheckCommand.run($0) }
    case ("keygen", 3): return KeygenCommand.run(name: arguments[1], scopes: arguments[2])
    case ("version", 1), ("--version", 1): return Terminal.print("\(Application.version)\n")
    case ("help", 1), ("--help", 1), ("-h", 1): return Terminal.print(help)
    default:
      Terminal.complain("There is no such command: \(arguments.joined(separator: " ")).\n\n\(help)")
      return 2
    }
  }

  /// Whether a word names a place for a store, and not an order.
  private static func isPlace(_ word: String) -> Bool {
    ["sqlite:", "postgresql:", "postgres:"].contains { word.hasPrefix($0) }
  }

  private static func withPlace(_ word: String, _ body: (StoreLocation) -> Int32) -> Int32 {
    do throws(SettingRefusal) {
      return body(try SettingFormat.store.parse(word))
    } catch {
      Terminal.complain("The place \(error.reason ?? "cannot be read.")\n")
      return 2
    }
  }

  private static func withSettings(_ body: (Settings) -> Int32) -> Int32 {
    do throws(ConfigurationError) {
      let settings = try Settings.load(
        environment: Settings.processEnvironment, knownPlugins: PluginRegistry.kindNames)
      return body(settings)
    } catch {
      Terminal.complain("\(error)\n")
      return 1
    }
  }
}

/// The terminal: results go to standard output, complaints to standard error.
enum Terminal {
  /// Prints, and gives the exit status of a success.
  static func print(_ text: String) -> Int32 {
    write(text, to: STDOUT_FILENO)
    return 0
  }

  static func complain(_ text: String) {
    write(text, to: STDERR_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
