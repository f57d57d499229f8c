// The client's side of the WebSocket handshake (RFC 6455 section 4.1), and the part that both sides
// share. It sends nothing.
// The rule to keep: no extension and no subprotocol is offered, so none may be agreed on.

internal import Crypto
internal import Wire

/// The change of an HTTP connection to WebSocket.
public struct WebSocketUpgrade: Sendable {
  /// What both sides append to the key (RFC 6455 section 1.3).
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  private let key = Base64.encode(SecureRandom.bytes(16))

  /// What proves that a server has understood a key.
  public static func acceptance(of key: String) -> String {
    Base64.encode(SHA1.hash(Array((key + suffix).utf8)))
  }

  /// The request for the change.
  func request(
    _ origin: HTTPOrigin, _ target: String, headers: [(name: String, value: String)]
  ) -> HTTPClientRequest {
    HTTPClientRequest(
      .get, origin, target,
      headers: [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
      ] + headers)
  }

  /// Why an answer does not change the protocol; nil if it does.
  func failure(of answer: HTTPClientResponse) -> TransportFailure? {
    guard answer.status == 101 else {
      return TransportFailure(
        .upgradeRefused, "The server opens no WebSocket: status \(answer.status).")
    }
    guard answer.headerLists("upgrade", "websocket"), answer.headerLists("connection", "upgrade"),
      answer.headerValues("sec-websocket-accept") == [Self.acceptance(of: key)]
    else {
      return TransportFailure(
        .upgradeRefused, "The server's answer to the WebSocket handshake does not fit.")
    }
    guard answer.header("sec-websocket-extensions") == nil,
      answer.header("sec-websocket-protocol") == nil
    else {
      return TransportFailure(
        .upgradeRefused, "The server chose a WebSocket extension that was not offered.")
    }
    return nil
  }
}
