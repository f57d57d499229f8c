// The settings of MetaTrader 5 and NinjaTrader 8, as they were read.

internal import Telemetry

/// How terminals are reached.
public struct TerminalSettings: Sendable {
  /// The way to MetaTrader 5: `bridge` or `meta`.
  public internal(set) var metaTraderTransport = ""
  /// What the Expert Advisor has to show.
  var metaTraderToken = Secret("")
  /// The account at MetaTrader 5 that is meant; empty for any.
  public internal(set) var metaTraderAccount = ""
  /// Whether that is a demo account.
  public internal(set) var metaTraderIsDemo = false
  /// Where fks_meta is.
  public internal(set) var metaURL: String? = ""
  /// What is traded by way of fks_meta.
  public internal(set) var metaTraderContracts: [TerminalContract] = []
  /// The currency of the account behind fks_meta.
  public internal(set) var metaTraderCurrency = ""

  /// The way to NinjaTrader 8: `bridge`, `ninja` or `socket`.
  public internal(set) var ninjaTraderTransport = ""
  /// What the add-on has to show.
  var ninjaTraderToken = Secret("")
  /// The account at NinjaTrader that is meant; empty for any.
  public internal(set) var ninjaTraderAccount = ""
  /// Whether that is a simulated account.
  public internal(set) var ninjaTraderIsDemo = false
  /// Where fks_ninja is.
  public internal(set) var ninjaServiceURL: String? = ""
  /// The path at fks_ninja that takes signals; the other known one is tried beside it.
  public internal(set) var ninjaSignalPath = ""
  /// Where the socket of the strategy in NinjaTrader is.
  public internal(set) var ninjaTraderHost = ""
  /// Its TCP port.
  public internal(set) var ninjaTraderPort: UInt16 = 0
  /// How long connecting and sending may take.
  public internal(set) var ninjaTraderTimeoutSeconds = 0
  /// What is traded by way of fks_ninja or the socket.
  public internal(set) var ninjaTraderContracts: [TerminalContract] = []
}

/// A contract that a far side trades and cannot tell of itself. Decimals are plain decimal texts.
public struct TerminalContract: Sendable, Equatable {
  /// Its name there.
  public let name: String
  /// Prices are multiples of it.
  public let tickSize: String
  /// How much of the base asset one lot or contract is.
  public let size: String
  /// Orders have multiples of so many lots.
  public let lotStep: String
  /// What it is paid in.
  public let quote: String
}

extension SettingFormat where Value == [TerminalContract] {
  static let contracts = Self(
    "NAME:TICK:SIZE, or NAME:TICK:SIZE:STEP:QUOTE, with commas between, each name once, or empty"
  ) { text in
    var contracts: [TerminalContract] = []
    if text.isEmpty { return contracts }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
        .map { $0.trimmingBlanks() }
      guard fields.count == 3 || fields.count == 5, fields.allSatisfy({ !$0.isEmpty }),
        !contracts.contains(where: { $0.name == fields[0] }),
        fields[1..<min(fields.count, 4)].allSatisfy({ isPositive($0) })
      else { return nil }
      contracts.append(
        TerminalContract(
          name: fields[0], tickSize: fields[1], size: fields[2],
          lotStep: fields.count == 5 ? fields[3] : "1",
          quote: fields.count == 5 ? fields[4] : "USD"))
    }
    return contracts
  }

  private static func isPositive(_ text: String) -> Bool {
    (try? SettingFormat<String>.positiveDecimal.parse(text)) != nil
  }
}

extension SettingFormat where Value == String {
  static let metaTraderTransport = Self("bridge or meta") { text in
    ["bridge", "meta"].contains(text) ? text : nil
  }

  static let ninjaTraderTransport = Self("bridge, ninja or socket") { text in
    ["bridge", "ninja", "socket"].contains(text) ? text : nil
  }

  static let path = Self("a path that begins with a slash") { text in
    let isPath = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") }
    return text.hasPrefix("/") && isPath ? text : nil
  }

  static let currency = Self("the letters of a currency, such as USD") { text in
    (3...8).contains(text.count) && text.allSatisfy { $0.isASCII && $0.isUppercase } ? text : nil
  }
}
