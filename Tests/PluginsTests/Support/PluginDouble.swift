// A plugin process of the tests' own, in this process: it answers what it is told to answer, and
// keeps what it was asked.

import Network
import Trading
import Wire

@LoopActor final class PluginDouble {
  /// How a request is answered.
  enum Answer {
    case text(_ body: String, status: Int = 200)
    /// The connection ends after these bytes of an answer.
    case broken(after: String)
  }

  /// What is answered to a method and path, such as `POST /orders`.
  var answers: [String: Answer] = [:]
  private(set) var received: [HTTPRequest] = []
  private var server: HTTPServer?
  private var waiting: [(condition: ([HTTPRequest]) -> Bool, resume: () -> Void)] = []

  /// One that can be started on, with BTCUSDT and no news.
  init() {
    set("GET /describe", Self.description)
    set("GET /instruments", #"{"instruments":[\#(Self.bitcoinRules)]}"#)
    set("GET /market", #"{"market":[{"symbol":"BTCUSDT","last":"67500"}]}"#)
    set("GET /events", #"{"cursor":"0","healthy":true,"events":[]}"#)
  }

  nonisolated static let description =
    #"{"contract":1,"name":"double","is_live":false,"capabilities":{"order_types":["MARKET","#
    + #""LIMIT","STOP","TRAILING_STOP"],"time_in_force":["GTC","IOC"],"post_only":true,"#
    + #""reduce_only":true,"display_quantity":false,"amend":true,"lookup":true,"#
    + #""visibility_window_ms":1000,"taker_fee_bps":"7.5","position_kind":"holdings"}}"#
  nonisolated static let bitcoinRules =
    #"{"symbol":"BTCUSDT","base_asset":"BTC","quote_asset":"USDT","tick_size":"0.01","#
    + #""lot_step":"0.00001","min_quantity":"0.00001","max_quantity":"9000","min_notional":"5"}"#

  /// Has a request answered so from now on.
  func set(_ route: String, _ body: String, status: Int = 200) {
    answers[route] = .text(body, status: status)
  }

  func listen() throws -> UInt16 {
    let server = HTTPServer(metrics: nil) { [self] request, responder in
      received.append(request)
      answer(request, responder)
      waiting.removeAll { entry in
        guard entry.condition(received) else { return false }
        entry.resume()
        return true
      }
    }
    self.server = server
    return try server.listen(host: "127.0.0.1", port: 0)
  }

  private func answer(_ request: HTTPRequest, _ responder: HTTPResponder) {
    let path = request.path.replacing("/fks/v1", with: "")
    if path == "/events", request.query("after") != nil {
      held.append(responder)
      return answerHeld()
    }
    switch answers["\(request.method.rawValue) \(path)"] {
    case nil: responder.respond(HTTPResponse(status: 404, body: Array("{}".utf8)))
    case .text(let body, let status):
      responder.respond(HTTPResponse(status: status, body: Array(body.utf8)))
    case .broken(let text):
      let head = HTTPResponse(status: 200, contentType: "application/json")
      responder.stream(head) { stream, event in
        guard case .began = event else { return }
        stream.write(Array(text.utf8))
        _ = EventLoop.shared.schedule(afterMilliseconds: 1) { stream.abort() }
      }
    }
  }

  /// News that nobody has asked for yet, and requests that wait for some.
  private var news: [(body: String, status: Int)] = []
  private var held: [HTTPResponder] = []

  /// Answers the next request for news.
  func tell(_ body: String, status: Int = 200) {
    news.append((body, status))
    answerHeld()
  }

  private func answerHeld() {
    while !news.isEmpty, !held.isEmpty {
      let (body, status) = news.removeFirst()
      held.removeFirst().respond(HTTPResponse(status: status, body: Array(body.utf8)))
    }
  }

  /// Waits until a request of the kind has come.
  func receives(_ condition: @escaping ([HTTPRequest]) -> Bool) async {
    guard !condition(received) else { return }
    await withCheckedContinuation { continuation in
      waiting.append((condition, { continuation.resume() }))
    }
  }

  /// How often a method was used.
  func count(_ method: HTTPMethod) -> Int { received.count { $0.method == method } }
}
