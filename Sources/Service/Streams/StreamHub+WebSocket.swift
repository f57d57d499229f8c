// What WebSocket peers send: pongs, pings, their close. The stream is one-way, so messages are
// refused. Server-sent events have none of this.
// The rule to keep: a peer is answered only while it takes what is sent, so that nobody can make
// this side hold pongs.

internal import Network
internal import Wire

extension StreamHub {
  func received(_ bytes: [UInt8], from reader: StreamReader) {
    var offset = 0
    while offset < bytes.count {
      switch reader.decoder.parse(bytes.span, from: &offset) {
      case .needsMoreBytes: return
      case .pong: reader.owesPong = false
      case .ping(let content):
        guard reader.stream.takesMore else { continue }
        var pong: [UInt8] = []
        WebSocketEncoder.append(.pong, content, to: &pong)
        reader.stream.write(pong)
      case .message: return end(reader, .unsupportedData, "This stream only sends.")
      case .close(let code, _): return end(reader, code ?? .normal, "")
      case .failure(let failure): return end(reader, failure.closeCode, "\(failure)")
      }
    }
  }
}
