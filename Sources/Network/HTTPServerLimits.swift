// Every limit of connections and time of the HTTP server, with the reason for it.
// The sizes of a request are `HTTPLimits`, in Wire.
// The rule to keep: nothing that a client can hold on to is without a limit or a deadline.

public import Wire

extension HTTPServer {
  /// What connections may cost and how long they may take.
  public struct Limits: Sendable {
    /// The sizes of a request.
    public var request = HTTPLimits()

    /// Connections open at once; one more is answered with 503. Each idle one costs about 1 KB
    /// here and a few in the kernel.
    public var connectionsMax = 10_240

    /// Refused connections that may still be told so; beyond, they are closed without a word, so
    /// that a flood cannot use refusals as connections.
    public var refusalsMax = 256

    /// What a refused client is told to wait.
    public var retryAfterSeconds = 1

    /// Requests of one connection that may wait for answers; no more are read until one is
    /// answered.
    public var pipelinedRequestsMax = 16

    /// Bytes of answers that a slow reader may leave unsent before its requests are not read.
    public var outputBytesMax = 256 * 1024

    /// Bytes of answers that all clients together may leave waiting: two dozen lists of 1,000
    /// orders. Beyond, a connection that is owed an answer begins no other request, and `hasRoom`
    /// tells handlers to make no long answer.
    public var answerBytesMax = 24 * 1024 * 1024

    /// From the first byte of a head to its end, however the bytes drip (slow-loris).
    public var headMilliseconds = 10_000

    /// From the end of the head to the last byte of the body.
    public var bodyMilliseconds = 30_000

    /// How often a body must have grown by `bodyProgressBytesMin`.
    public var bodyProgressMilliseconds = 10_000

    /// What a body must grow by in each period, unless it ends: a client that sends less is stuck.
    public var bodyProgressBytesMin = 1_024

    /// How long a connection may stay without a request; as long as nginx lets it.
    public var idleMilliseconds = 75_000

    /// How long a client may take none of an answer's bytes.
    public var writeStallMilliseconds = 30_000

    /// How long what a client still sends is read and dropped after the last answer: closing with
    /// unread bytes would reset the connection, and the answer with it (RFC 9112 section 9.6).
    public var lingerMilliseconds = 2_000

    /// How often deadlines are looked at: timeouts are late by up to this.
    public var sweepMilliseconds = 500

    /// The limits as documented.
    public init() {}
  }
}
