// Every limit of time and size of a WebSocket to a server, with the reason for it.
// The rule to keep: a server that says nothing is noticed, and one that says too much is ended.

extension WebSocketClient {
  /// What a connection may cost and how long it may be silent.
  public struct Limits: Sendable {
    /// The longest message, all its parts together. A full order book of a large venue has about
    /// 1 MB.
    public var messageBytesMax = 4 * 1024 * 1024

    /// Bytes that the kernel has not taken, from which on no more messages are taken.
    public var unsentBytesMax = 256 * 1024

    /// From the connection to the server's answer to the handshake.
    public var handshakeMilliseconds = 5_000

    /// After how long a silence the server is asked whether it is there; up to twice as long, since
    /// it is looked at in turns. Venues send pings of their own every 20 s to 3 minutes.
    public var pingMilliseconds = 15_000

    /// How long it may then stay silent before the connection counts as dead.
    public var pongMilliseconds = 10_000

    /// How long the server's answer to our close is waited for.
    public var closeMilliseconds = 2_000

    /// The limits as documented.
    public init() {}
  }
}
