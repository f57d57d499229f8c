// What PostgreSQL fails with, sorted by what follows from it. The server names its failures by
// SQLSTATE; libpq names what happens on the way there by words only.

internal import SQL

extension DatabaseError {
  /// The SQLSTATE with which a writer's transaction fails that another process has superseded.
  static let supersededState = "FKS01"
  /// A connection that may only read: the server became a replica.
  private static let readOnlyState = "25006"
  private static let insufficientPrivilegeState = "42501"

  /// Whether a failure ends the use of its connection: another address of the server may have what
  /// this one lacks.
  static func needsReconnect(state: String) -> Bool {
    state == readOnlyState || state.hasPrefix("57P")
  }

  /// What the server said, with its SQLSTATE.
  init(state: String, message: String) {
    let kind = DatabaseError.kind(state)
    self.init(kind, "\(message) (SQLSTATE \(state))", advice: DatabaseError.advice(kind))
  }

  private static func kind(_ state: String) -> Kind {
    switch state {
    case supersededState: return .superseded
    case insufficientPrivilegeState: return .unusable
    // The server's files, and not some inner mistake of it.
    case "XX001", "XX002": return .corrupt
    default: break
    }
    switch state.prefix(2) {
    // Connection, resources, operator, system, conflict, lock, state of the transaction.
    case "08", "53", "57", "58", "40", "55", "25": return .passing
    case "28", "3D": return .unusable
    default: return .lasting
    }
  }

  private static func advice(_ kind: Kind) -> String {
    switch kind {
    case .passing: "Look at the PostgreSQL server; it is tried again."
    case .corrupt: "Keep a copy of the server's files, then restore a backup; nothing was reset."
    case .unusable: "Check the user's rights in the database that DATABASE_URL names."
    case .lasting:
      "Look at the PostgreSQL server and at what was changed there, then restart the service."
    case .superseded: "It stands by after a restart."
    }
  }

  /// There is no connection: libpq's words tell why.
  static func connectionLost(_ message: String, isOutcomeUnknown: Bool = false) -> DatabaseError {
    let advices = [
      ("could not translate host name", "Check the host in DATABASE_URL and the name server."),
      ("password", "Check user and password in DATABASE_URL."),
      ("authentication", "Check user and password in DATABASE_URL."),
      ("role \"", "Create the user, or correct it in DATABASE_URL."),
      ("database \"", "Create the database with `createdb`, or correct its name in DATABASE_URL."),
      ("read-only", "DATABASE_URL names a replica; name the primary, or all addresses of both."),
      ("pg_hba.conf", "Let this host in with a line of pg_hba.conf, or check user and sslmode."),
      ("certificate", "Check sslmode and sslrootcert in DATABASE_URL."),
      ("SSL", "Check sslmode and sslrootcert in DATABASE_URL."),
    ]
    let advice =
      advices.first { message.contains($0.0) }?.1
      ?? "Check that PostgreSQL runs and that DATABASE_URL names it; it is tried again."
    return DatabaseError(.passing, message, advice: advice, isOutcomeUnknown: isOutcomeUnknown)
  }
}
