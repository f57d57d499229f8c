// Why a request to a server has no answer, for whoever decides what became of it.
// It says nothing about what the server did; it says whether the server can have done anything.
// The rule to keep: `notSent` is a promise. When in doubt it is `uncertain`.

internal import Wire

/// A request without an answer, or a connection that could not be made.
public struct TransportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What may have left this machine.
  public enum Delivery: Sendable {
    /// Not one byte of the request was handed to the kernel: it cannot have arrived.
    case notSent
    /// Some bytes may be at the server, which may have acted on them.
    case uncertain
  }

  /// The kind of failure; the raw value is a stable code.
  public enum Code: String, Sendable {
    /// The request cannot be written as it is.
    case invalidRequest = "INVALID_REQUEST"
    /// More requests wait for a connection than may.
    case tooManyRequests = "TOO_MANY_REQUESTS"
    /// The client was closed.
    case clientClosed = "CLIENT_CLOSED"
    /// The name of the host leads to no address.
    case nameNotResolved = "NAME_NOT_RESOLVED"
    /// No address of the host takes connections.
    case connectFailed = "CONNECT_FAILED"
    /// Name, connection, proxy and TLS together took too long.
    case connectTimeout = "CONNECT_TIMEOUT"
    /// The proxy does not open a tunnel.
    case proxyRefused = "PROXY_REFUSED"
    /// The server's certificate is not to be trusted.
    case certificateRefused = "CERTIFICATE_REFUSED"
    /// The two sides found no way to encrypt, or the encryption broke.
    case tlsFailed = "TLS_FAILED"
    /// No connection became free in time.
    case waitTimeout = "WAIT_TIMEOUT"
    /// The server took the bytes of the request too slowly.
    case writeTimeout = "WRITE_TIMEOUT"
    /// No byte of an answer came in time.
    case answerTimeout = "ANSWER_TIMEOUT"
    /// The whole exchange took too long.
    case exchangeTimeout = "EXCHANGE_TIMEOUT"
    /// The connection was reset or ended.
    case connectionLost = "CONNECTION_LOST"
    /// The answer ended too early.
    case answerTruncated = "ANSWER_TRUNCATED"
    /// The answer breaks the protocol.
    case answerMalformed = "ANSWER_MALFORMED"
    /// The answer is larger than is taken.
    case answerTooLarge = "ANSWER_TOO_LARGE"
    /// The server does not speak WebSocket at this place, or said no.
    case upgradeRefused = "UPGRADE_REFUSED"
  }

  /// The kind of failure.
  public let code: Code
  /// Whether the request can have arrived.
  public let delivery: Delivery
  /// What happened, where, and whether what was sent may have arrived; without secrets.
  public let description: String

  init(_ failure: TransportFailure, _ origin: HTTPOrigin, _ delivery: Delivery) {
    code = failure.code
    self.delivery = delivery
    let end =
      switch delivery {
      case .notSent: "Nothing was sent."
      case .uncertain: "What was sent may have arrived."
      }
    description = "\(origin): \(failure.sentence) \(end)"
  }
}

/// What happened to a connection, before it is known what that means for a request.
struct TransportFailure: Error, Equatable, Sendable {
  var code: TransportError.Code
  /// One sentence or two: what happened and what to do.
  var sentence: String

  init(_ code: TransportError.Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  init(_ failure: HTTPResponseFailure) {
    switch failure {
    case .malformed: code = .answerMalformed
    case .headTooLarge, .bodyTooLarge: code = .answerTooLarge
    case .truncatedHead(bytes: 0): code = .connectionLost
    case .truncatedHead, .truncatedBody: code = .answerTruncated
    }
    sentence = failure.sentence
  }
}
