// The server's end of a WebSocket, for tests: handshake as RFC 6455 section 4.2 has it, and frames.

import Crypto
import Wire

final class WebSocketPeer {
  let peer: PeerConnection
  /// The client's question for the change of protocol.
  let request: String
  private var decoder = WebSocketDecoder(from: .client, messageBytesMax: 1 << 26)
  private var unread: [UInt8] = []
  private var offset = 0

  /// - Parameters:
  ///   - headers: Lines beside those of the handshake, or in place of them.
  ///   - first: Bytes that leave together with the answer.
  init?(_ peer: PeerConnection, isPlain: Bool = false, first: [UInt8] = []) {
    guard let request = peer.receiveRequest() else { return nil }
    self.peer = peer
    self.request = request
    guard !isPlain else { return }
    peer.send(
      Array(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
          + "Sec-WebSocket-Accept: \(acceptance)\r\n\r\n").utf8) + first)
  }

  /// The proof that the key was understood.
  var acceptance: String {
    let key = request.firstMatch(of: /Sec-WebSocket-Key: (.*)\r\n/).map { String($0.1) } ?? ""
    return Base64.encode(SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
  }

  func send(_ opcode: WebSocketOpcode, _ payload: [UInt8] = []) {
    var bytes: [UInt8] = []
    WebSocketEncoder.append(opcode, payload, to: &bytes)
    peer.send(bytes)
  }

  func send(_ text: String) { send(.text, Array(text.utf8)) }

  /// What the client says next; nil at the end of the connection.
  func next() -> WebSocketDecoder.Step? {
    while true {
      if offset == unread.count {
        guard let more = peer.receive() else { return nil }
        (unread, offset) = (more, 0)
      }
      let step = decoder.parse(unread.span, from: &offset)
      if step != .needsMoreBytes { return step }
    }
  }
}
