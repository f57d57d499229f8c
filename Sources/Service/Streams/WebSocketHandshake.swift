// The server's side of the WebSocket handshake (RFC 6455 section 4.2).
// It does not decide who may read.
// The rule to keep: what is not clearly a handshake is answered as HTTP.

internal import Network
internal import Wire

enum WebSocketHandshake {
  /// The answer that changes the protocol.
  static func answer(to request: HTTPRequest) throws(APIError) -> HTTPResponse {
    guard request.headerLists("upgrade", "websocket"),
      request.headerLists("connection", "upgrade"), !request.isVersion10,
      request.header("sec-websocket-version") == "13"
    else {
      var error = APIError(
        status: 400, code: "BAD_HANDSHAKE",
        "This path speaks WebSocket, version 13, over HTTP/1.1. GET /events has the same as "
          + "server-sent events.")
      error.headers = [("Sec-WebSocket-Version", "13")]
      throw error
    }
    let keys = request.headerValues("sec-websocket-key")
    guard keys.count == 1, isKey(keys[0]) else {
      throw APIError(
        status: 400, code: "BAD_HANDSHAKE",
        "Sec-WebSocket-Key must be 16 random bytes in base64, once.")
    }
    return HTTPResponse(
      status: 101, contentType: nil,
      headers: [
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Accept", WebSocketUpgrade.acceptance(of: keys[0])),
      ])
  }

  /// Whether a text is the base64 of 16 bytes: 22 digits and two pads.
  private static func isKey(_ text: String) -> Bool {
    let digits = text.utf8.dropLast(2)
    return text.utf8.count == 24 && text.hasSuffix("==")
      && digits.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
          true
        default: false
        }
      }
  }
}
