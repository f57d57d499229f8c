// An answer without a known end: its head goes out in its turn, then whatever the handler writes,
// until one of both sides ends it. After an upgrade the peer's bytes come to the handler as well.
// It does not know what is streamed, and it keeps nothing that the connection has not taken.
// The rule to keep: `write` is for who has asked `takesMore`; a reader that does not read must cost
// no more than one write beyond the mark.

internal import Wire

/// A streamed answer, or an upgraded connection. Belongs to the loop.
@LoopActor public final class HTTPStream {
  /// What happens to a stream.
  public enum Event: Sendable {
    /// The head is on its way; from now on `write` counts.
    case began
    /// All that was written has been sent, so there is room again.
    case drained
    /// Bytes of the peer. Only upgraded connections have any; others' input is dropped.
    case received([UInt8])
    /// The stream is over: the peer or a deadline has ended it, or it never began. Told once, and
    /// nothing comes after it; not told after `end`.
    case closed
  }

  /// Unsent bytes up to which more may be written: enough to fill a packet train, so little that
  /// thousands of slow readers fit into memory.
  public nonisolated static let unsentBytesMax = 64 * 1024

  let head: HTTPResponse
  private var handler: (@LoopActor (HTTPStream, Event) -> Void)?
  private var connection: HTTPConnection?
  private var isChunked = false

  init(head: HTTPResponse, handler: @escaping @LoopActor (HTTPStream, Event) -> Void) {
    self.head = head
    self.handler = handler
  }

  /// Whether the connection speaks another protocol from here on (RFC 9110 section 7.8).
  var isUpgrade: Bool { head.status == 101 }

  /// Whether the socket has room: nothing that it refused to take is waiting.
  public var takesMore: Bool { connection?.takesMoreOutput ?? false }

  /// Appends bytes; they leave at the end of the turn. Without effect once the stream is over.
  public func write(_ bytes: [UInt8]) {
    guard let connection, !bytes.isEmpty else { return }
    append(bytes, to: connection)
    connection.flushLater()
  }

  /// Sends last bytes after those that are unsent, and closes the connection in order. The write
  /// deadline ends it where the peer does not take them.
  public func end(_ last: [UInt8] = []) {
    guard let connection else { return }
    finish()
    if !last.isEmpty { append(last, to: connection) }
    if isChunked { connection.output.append(contentsOf: "0\r\n\r\n".utf8) }
    connection.endStream()
  }

  /// Closes the connection at once.
  public func abort() {
    guard let connection else { return }
    finish()
    connection.close()
  }

  /// A chunk of RFC 9112 section 7.1, or the bytes as they are.
  private func append(_ bytes: [UInt8], to connection: HTTPConnection) {
    guard isChunked else { return connection.output.append(contentsOf: bytes) }
    connection.output.append(contentsOf: String(bytes.count, radix: 16).utf8)
    connection.output.append(contentsOf: "\r\n".utf8)
    connection.output.append(contentsOf: bytes)
    connection.output.append(contentsOf: "\r\n".utf8)
  }

  /// Lets go of the connection, so that nothing more is told.
  private func finish() {
    connection?.stream = nil
    connection = nil
    handler = nil
  }

  // MARK: What the connection tells

  func begin(on connection: HTTPConnection, isChunked: Bool) {
    self.connection = connection
    self.isChunked = isChunked
    handler?(self, .began)
  }

  func drained() { handler?(self, .drained) }

  func received(_ bytes: UnsafeBufferPointer<UInt8>) {
    if isUpgrade { handler?(self, .received(Array(bytes))) }
  }

  func closed() {
    let told = handler
    finish()
    told?(self, .closed)
  }
}
