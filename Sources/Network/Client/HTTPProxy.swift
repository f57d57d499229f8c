// The proxy that a network may demand: read from the environment's customary variables, and the
// question to it for a tunnel (RFC 9110 section 9.3.6).
// It opens nothing; `Dial` does.
// The rule to keep: its password is in the bytes to the proxy and nowhere else.

internal import Telemetry
public import Wire

/// A proxy that opens tunnels for encrypted connections.
public struct HTTPProxy: Sendable {
  /// Where it listens; spoken to in clear.
  public let origin: HTTPOrigin
  private let authorization: Secret?
  /// Names, addresses and domains that are reached without it, in lower case.
  private let exceptions: [String]

  /// Reads `HTTPS_PROXY` (`http://[USER:PASSWORD@]HOST[:PORT]`) and `NO_PROXY` (names, addresses
  /// and domains with commas between, or `*`), in either case of letters; nil if there is none.
  ///
  /// - Throws: `NetworkError` if the proxy's address cannot be read or begins with https://.
  public init?(environment: [String: String]) throws(NetworkError) {
    func value(_ name: String) -> String {
      environment[name.lowercased()] ?? environment[name] ?? ""
    }
    var text = value("HTTPS_PROXY")
    guard !text.isEmpty else { return nil }
    var credentials: Substring?
    if let start = text.firstRange(of: "://")?.upperBound,
      let end = text[start...].lastIndex(of: "@")
    {
      credentials = text[start..<end]
      text.removeSubrange(start...end)
    }
    let unreadable = NetworkError(
      "HTTPS_PROXY must be http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with %-escapes.")
    guard let origin = try? HTTPOrigin(text), !origin.isSecure else { throw unreadable }
    self.origin = origin
    if let credentials {
      guard let plain = PercentCoding.decode(String(credentials)) else { throw unreadable }
      authorization = Secret("Basic " + Base64.encode(Array(plain.utf8)))
    } else {
      authorization = nil
    }
    exceptions = value("NO_PROXY").lowercased().split(separator: ",").map { entry in
      let name = entry.filter { $0 != " " && $0 != "[" && $0 != "]" }
      return name.hasPrefix("*.") || name.hasPrefix(".")
        ? String(name.drop { $0 == "*" || $0 == "." }) : name
    }
  }

  /// Whether connections to a server go through the proxy. Those in clear and those to this machine
  /// never do.
  public func serves(_ target: HTTPOrigin) -> Bool {
    guard target.isSecure, target.host != "localhost", target.host != "::1",
      !target.host.hasPrefix("127.")
    else { return false }
    return !exceptions.contains { exception in
      exception == "*" || exception == target.host || exception == target.authorityWithPort
        || target.host.hasSuffix("." + exception)
    }
  }

  /// The request for a tunnel.
  func connectRequest(to target: HTTPOrigin) -> [UInt8] {
    let authority = target.authorityWithPort
    var text = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
    if let authorization { text += "Proxy-Authorization: \(authorization.reveal())\r\n" }
    return Array((text + "\r\n").utf8)
  }
}
