// Why an answer of a server cannot be used. What it means for the request is not known here: a
// server that answers badly may have done what it was asked all the same.
// The rule to keep: after a failure the connection is closed, because framing can be in doubt.

/// What is wrong with an answer.
public enum HTTPResponseFailure: Error, Equatable, Sendable {
  /// It breaks the rules of RFC 9112, as the sentence says.
  case malformed(String)
  /// Its header fields are too many or too long.
  case headTooLarge
  /// Its body is longer than is taken.
  case bodyTooLarge(bytesMax: Int)
  /// It ended before its head did; nothing came if the count is 0.
  case truncatedHead(bytes: Int)
  /// It ended before its body did, as far as its length was told.
  case truncatedBody(bytes: Int, of: Int?)

  /// One sentence.
  public var sentence: String {
    switch self {
    case .malformed(let sentence): sentence
    case .headTooLarge: "The header fields of the answer are too many or too long."
    case .bodyTooLarge(let bytesMax): "The body of the answer is longer than \(bytesMax) bytes."
    case .truncatedHead(0): "The connection ended before the answer."
    case .truncatedHead: "The answer ended in the middle of its head."
    case .truncatedBody(let bytes, nil):
      "The answer ended in the middle of its body, after \(bytes) bytes."
    case .truncatedBody(let bytes, let total?):
      "The answer ended in the middle of its body, after \(bytes) of \(total) bytes."
    }
  }

  /// What the scanners found, in the words of an answer.
  init(_ failure: HTTPFailure, limits: HTTPLimits) {
    switch failure {
    case .headTooLarge, .trailersTooLarge: self = .headTooLarge
    case .bodyTooLarge: self = .bodyTooLarge(bytesMax: limits.bodyBytesMax)
    default: self = .malformed(failure.sentence)
    }
  }
}
