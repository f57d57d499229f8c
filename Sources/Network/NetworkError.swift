// Errors of sockets, as sentences for whoever starts the service.
// It is not used for what happens on single connections; those just end.
// The rule to keep: the sentence names the operation, the address and the system's reason.

internal import CLinux
internal import Glibc

/// Why a socket could not be set up.
public struct NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One sentence.
  public let description: String
  /// The `errno` behind it, or 0.
  public let systemCode: Int32

  init(_ description: String) {
    self.description = description
    systemCode = 0
  }

  /// Takes the reason from `errno`, right after the failed call.
  static func system(_ operation: String) -> NetworkError {
    let code = errno
    return NetworkError(description: "\(operation): \(reason(code)).", systemCode: code)
  }

  /// The system's words for an `errno`.
  static func reason(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    return strerror_r(code, &text, text.count) == 0
      ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      : "error \(code)"
  }

  private init(description: String, systemCode: Int32) {
    self.description = description
    self.systemCode = systemCode
  }
}
