// Where requests go: scheme, host and port (RFC 9110 section 4.3.1).
// It resolves no names and has no path.
// The rule to keep: user names, passwords, paths and queries are refused, not dropped: who wrote
// them meant something.

/// A server, such as `https://api.example.com`.
public struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
  /// Whether the connection is encrypted.
  public let isSecure: Bool
  /// A name in lower case, or an address; IPv6 without its brackets.
  public let host: String
  /// The TCP port.
  public let port: UInt16

  /// Why a text is no origin.
  public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence; it does not repeat the text, which may hold a password.
    public let description: String
  }

  /// Reads `https://HOST` or `http://HOST`, with `:PORT` and a slash at the end if there is one;
  /// `wss` and `ws` mean the same.
  ///
  /// - Throws: `Fault` for anything else.
  public init(_ text: String) throws(Fault) {
    guard let colon = text.firstRange(of: "://") else { throw .noScheme }
    switch text[..<colon.lowerBound].lowercased() {
    case "https", "wss": isSecure = true
    case "http", "ws": isSecure = false
    default: throw .noScheme
    }
    var authority = text[colon.upperBound...]
    if authority.hasSuffix("/") { authority.removeLast() }
    let bytes = Array(authority.utf8)
    guard !bytes.contains(UInt8(ascii: "%")), HTTPTarget.isAuthority(bytes.span, 0..<bytes.count)
    else { throw .badAuthority }
    var host = authority[...]
    var port: UInt16 = isSecure ? 443 : 80
    let afterAddress = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[afterAddress...].lastIndex(of: ":") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else {
        throw .badAuthority
      }
      (host, port) = (authority[..<colon], number)
    }
    self.host = host.lowercased().filter { $0 != "[" && $0 != "]" }
    self.port = port
  }

  /// Host and port as the Host header has them: without the scheme's own port.
  public var authority: String {
    port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
  }

  /// Host and port, whichever port it is, as CONNECT wants them (RFC 9110 section 9.3.6).
  public var authorityWithPort: String { "\(bracketedHost):\(port)" }

  /// Such as `https://api.example.com`.
  public var description: String { (isSecure ? "https://" : "http://") + authority }

  private var bracketedHost: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }
}

extension HTTPOrigin.Fault {
  static let noScheme = HTTPOrigin.Fault(
    description: "An address of a server begins with https://, http://, wss:// or ws://.")
  static let badAuthority = HTTPOrigin.Fault(
    description: "After :// comes HOST or HOST:PORT; no user name, no path and no query.")
}
