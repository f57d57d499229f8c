// Where a PostgreSQL database is, and how to get in. The rule to keep: the password goes to libpq
// and nowhere else; whatever is printed of an address or of an error comes from here.

internal import CPostgreSQL

/// The address of a database with its credentials, which never print.
public struct ServerAddress: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// What is set for every connection, unless the address says otherwise.
  private static let defaults = [
    "client_encoding": "UTF8",
    "fallback_application_name": "fks-execution",
    // A replica that only reads is passed over: the next address may be the one that writes.
    "target_session_attrs": "read-write",
    // Seconds for each address; libpq takes no less.
    "connect_timeout": "2",
    // A peer that has vanished is noticed after some ten seconds even while nothing is sent.
    "keepalives": "1", "keepalives_idle": "4", "keepalives_interval": "2", "keepalives_count": "3",
    // Milliseconds in which sent bytes must arrive.
    "tcp_user_timeout": "10000",
  ]
  private static let secretNames: Set = ["password", "sslpassword"]

  private let parameters: [String: String]

  /// Reads `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?name=value`, with several hosts if there
  /// are more; nil if it is none. Parameters are libpq's, such as `sslmode` and `sslrootcert`.
  public init?(url: String) {
    guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else { return nil }
    var complaint: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(url, &complaint)
    // libpq's words may quote a piece of the password.
    PQfreemem(complaint)
    guard let options else { return nil }
    defer { PQconninfoFree(options) }
    var parameters = ServerAddress.defaults
    var option = options
    while let name = option.pointee.keyword {
      if let value = option.pointee.val {
        parameters[String(cString: name)] = String(cString: value)
      }
      option += 1
    }
    guard ServerAddress.isPlausible(parameters) else { return nil }
    self.parameters = parameters
  }

  /// Whether the parts can be what they stand for. A sign in the password that is not written as
  /// `%2F` cuts the address in the wrong place, and a piece of the password would be taken for
  /// a port or a database, which are shown.
  private static func isPlausible(_ parameters: [String: String]) -> Bool {
    let ports = parameters["port"] ?? ""
    let places = (parameters["host"] ?? "") + (parameters["dbname"] ?? "")
    return ports.allSatisfy { $0.isASCII && $0.isNumber || $0 == "," } && !places.contains("@")
  }

  /// Calls `body` with the names and values that libpq takes, each ended by nil.
  func withParameters<R>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> R
  ) -> R {
    let names = parameters.keys.sorted()
    let texts = (names + names.map { parameters[$0] ?? "" }).map { Array($0.utf8CString) }
    return texts.flatMap(\.self).withUnsafeBufferPointer { bytes in
      var offset = 0
      let pointers = texts.map { text -> UnsafePointer<CChar>? in
        defer { offset += text.count }
        return bytes.baseAddress.map { $0 + offset }
      }
      return body(
        pointers.prefix(names.count) + [nil], pointers.dropFirst(names.count) + [nil])
    }
  }

  /// A text of libpq or of the server in one line and without secrets.
  func redacted(_ text: String) -> String {
    var text = text
    for name in ServerAddress.secretNames {
      guard let secret = parameters[name], !secret.isEmpty else { continue }
      text = text.split(separator: secret, omittingEmptySubsequences: false).joined(
        separator: "***")
    }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// `postgresql://USER@HOST:PORT/DATABASE`, without the password.
  public var description: String {
    let hosts = (parameters["host"] ?? parameters["hostaddr"] ?? "").split(
      separator: ",", omittingEmptySubsequences: false)
    let ports = (parameters["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let places = hosts.enumerated().map { index, host in
      let port = index < ports.count ? ports[index] : ports.last ?? ""
      return host.hasPrefix("/") || port.isEmpty ? "\(host)" : "\(host):\(port)"
    }
    let user = parameters["user"].map { $0 + "@" } ?? ""
    let name = parameters["dbname"].map { "/" + $0 } ?? ""
    return redacted("postgresql://\(user)\(places.joined(separator: ","))\(name)")
  }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
