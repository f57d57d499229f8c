// The service's own HTTP and WebSocket client against the service: two parts of one house that were
// written against the RFCs and not against each other.

import Network
import Testing
import Wire

@Suite struct OwnClientTests {
  @Test func `the service's own client reads its stream and its pages`() async throws {
    let service = try ServiceProcess.start(ServiceProcess.unlimited)
    let (messages, message) = AsyncStream.makeStream(of: String.self)
    let origin = try HTTPOrigin("ws://127.0.0.1:\(service.port)")
    let client = try await HTTPClient()
    let webSocket = await client.openWebSocket(origin, "/ws?last_event_id=0") { _, event in
      switch event {
      case .message(let bytes, isText: true): message.yield(String(decoding: bytes, as: UTF8.self))
      case .closed: message.finish()
      case .opened, .drained, .message: break
      }
    }
    let body = #"{"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":0.01}"#
    let answer = try await client.send(
      HTTPClientRequest(.post, origin, "/orders", body: Array(body.utf8)))
    #expect(answer.status == 201 && answer.header("content-type") == "application/json")
    let id = try #require(JSONDocument(parsing: answer.body).root["order_id"]?.string)
    let settled = await messages.first { $0.contains(id) && $0.contains(#""settled""#) }
    #expect(settled != nil)
    let page = try await client.send(HTTPClientRequest(.get, origin, "/orders/\(id)"))
    #expect(page.status == 200 && page.keepsAlive)
    await webSocket.close()
    for await _ in messages {}
    await client.close()
  }
}
