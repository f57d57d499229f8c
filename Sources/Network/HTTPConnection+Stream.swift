// The part of a connection's life in which it carries a stream: beginning, input, end.
// What is streamed is the handler's affair; sending and the write deadline are as for any answer.
// The rule to keep: from the head of a stream on, nothing of the connection is parsed as HTTP.

internal import Glibc
internal import Wire

extension HTTPConnection {
  /// What the kernel may hold for the reader of a stream. By itself it would let each grow to some
  /// megabytes, in which a reader that has stopped reading goes unnoticed for long.
  private static let kernelBytesMax: Int32 = 256 * 1024

  /// Bytes that are written and not sent.
  private var unsentBytes: Int { output.count - outputOffset }

  /// While the socket refuses bytes, the phase is writing.
  var takesMoreOutput: Bool {
    phase != .writing && phase != .closed && unsentBytes < HTTPStream.unsentBytesMax
  }

  /// Writes the head of a stream, whose turn it is. HEAD gets the head and no stream.
  func begin(_ stream: HTTPStream, _ answer: HTTPAnswer) {
    let isChunked = !answer.isVersion10 && !stream.isUpgrade
    let framing: HTTPResponseEncoder.StreamFraming =
      stream.isUpgrade ? .upgrade : isChunked ? .chunked : .untilClose
    HTTPResponseEncoder.encodeHead(
      of: stream.head, framing: framing, into: &output,
      epochSeconds: EventLoop.shared.wallClockMicroseconds / 1_000_000)
    guard !answer.isHead else {
      closeAfterFlush()
      return stream.closed()
    }
    stopReading()
    var size = Self.kernelBytesMax
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    self.stream = stream
    stream.begin(on: self, isChunked: isChunked)
    // Input that came before would not be reported again.
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) { self.readStream() }
  }

  /// Takes the peer's bytes while there is a stream, and notices its end: who ends its side is
  /// gone.
  func readStream() {
    for _ in 0..<Self.readsPerTurnMax {
      guard let stream else { return }
      let buffer = EventLoop.shared.readBuffer
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 {
        stream.received(UnsafeBufferPointer(rebasing: buffer[..<count]))
      } else if count == 0 || errno != EAGAIN && errno != EINTR {
        return close()
      } else if errno == EAGAIN {
        return
      }
    }
    _ = EventLoop.shared.schedule(afterMilliseconds: 0) { self.readStream() }
  }

  /// Closes when what is written has been sent.
  func endStream() {
    closeAfterFlush()
    flushLater()
  }
}
