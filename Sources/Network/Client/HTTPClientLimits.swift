// Every limit of connections, time and size of the HTTP client, with the reason for it.
// The rule to keep: nothing that a server can hold on to is without a limit or a deadline.

public import Wire

extension HTTPClient {
  /// What connections may cost and how long requests may take.
  public struct Limits: Sendable {
    /// Connections to one server. A venue's budget of orders is some tens a second, and an answer
    /// takes some tens of milliseconds.
    public var connectionsMax = 8

    /// Connections beyond those, for urgent requests only: a cancel must not wait until slow
    /// answers to orders are there.
    public var urgentConnectionsMax = 4

    /// Requests to one server that may wait for a connection; one more fails at once.
    public var requestsWaitingMax = 256

    /// How long a connection may stay without a request. Load balancers drop idle ones after 60 s;
    /// half of that keeps clear of the moment in which both sides decide.
    public var idleMilliseconds = 30_000

    /// Name, connection, proxy and TLS handshake together.
    public var connectMilliseconds = 5_000

    /// How long a request may wait for a connection. More than `connectMilliseconds`, whose failure
    /// says why; much less than `exchangeMilliseconds`, since what is not sent can be tried again.
    public var waitMilliseconds = 10_000

    /// How long the server may take to accept the bytes of a request.
    public var writeMilliseconds = 5_000

    /// From the last byte of the request to the first of the answer. Binance gives up on its own
    /// backend after 10 s and says so.
    public var firstByteMilliseconds = 15_000

    /// From the call to the last byte of the answer, waiting for a connection included.
    public var exchangeMilliseconds = 30_000

    /// The sizes of an answer.
    public var answer = HTTPLimits.response

    /// The limits as documented.
    public init() {}
  }
}
