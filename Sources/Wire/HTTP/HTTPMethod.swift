// The request methods of RFC 9110 section 9 and RFC 5789.
// It does not say which of them a path allows; the router does.
// The rule to keep: methods are case-sensitive, and one that is not listed is answered with 501.

/// A request method that this server knows.
public enum HTTPMethod: String, Sendable, CaseIterable {
  /// Read a resource.
  case get = "GET"
  /// Read its headers only.
  case head = "HEAD"
  /// Hand a body to a resource.
  case post = "POST"
  /// Replace a resource.
  case put = "PUT"
  /// Remove a resource.
  case delete = "DELETE"
  /// Change a part of a resource.
  case patch = "PATCH"
  /// Ask what is allowed.
  case options = "OPTIONS"
  /// Ask for an echo; known, so that a router can answer 405.
  case trace = "TRACE"
  /// Open a tunnel; the parser refuses it, because this is an origin server and no proxy.
  case connect = "CONNECT"

  /// Compares bytes, because making a `String` of every method costs more than parsing the line.
  init?(_ bytes: Span<UInt8>) {
    func isSame(_ name: StaticString) -> Bool {
      guard bytes.count == name.utf8CodeUnitCount else { return false }
      for position in 0..<bytes.count where bytes[position] != name.utf8Start[position] {
        return false
      }
      return true
    }
    if isSame("GET") {
      self = .get
    } else if isSame("POST") {
      self = .post
    } else if isSame("HEAD") {
      self = .head
    } else if isSame("PUT") {
      self = .put
    } else if isSame("DELETE") {
      self = .delete
    } else if isSame("PATCH") {
      self = .patch
    } else if isSame("OPTIONS") {
      self = .options
    } else if isSame("TRACE") {
      self = .trace
    } else if isSame("CONNECT") {
      self = .connect
    } else {
      return nil
    }
  }
}
