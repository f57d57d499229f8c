// What a person or a script does to the stand-in: moves prices and arranges accidents. Parameters
// stand in the query, so that curl is enough.

internal import Trading
internal import Wire

extension StandIn {
  /// Answers a request to `/stand-in/…`; nil for others.
  func control(_ request: HTTPRequest) -> HTTPResponse? {
    switch request.path {
    case "/stand-in/price": movePrice(request)
    case "/stand-in/fault": arrange(request)
    case "/stand-in/last":
      answer(200, "\(received.last { $0.method == "POST" }?.nanoseconds ?? 0)")
    case "/stand-in/orders":
      answer(200, "\(orderCount) orders were taken. \(received.count) requests were received.")
    case "/stand-in/books": books()
    default: nil
    }
  }

  /// All that Spot has ever done, as JSON: the truth that others are compared with.
  private func books() -> HTTPResponse {
    let orders = spot.orders.values.sorted { $0.id < $1.id }.map { order in
      object([
        ("client_order_id", quoted(order.clientID)), ("symbol", quoted(order.symbol)),
        ("side", quoted(order.side)), ("quantity", quoted(order.quantity)),
        ("status", quoted(order.status)), ("is_open", "\(order.isOpen)"),
        (
          "fills",
          array(
            order.trades.map { trade in
              object([
                ("trade_id", quoted("\(trade.id)")), ("quantity", quoted(trade.quantity)),
                ("fee", quoted(trade.fee)), ("fee_asset", quoted(trade.feeAsset)),
              ])
            })
        ),
      ])
    }
    let balances = spot.account.balances.map { asset, balance in
      (asset, quoted(balance.free + balance.locked))
    }
    let text = object([("orders", array(orders)), ("balances", object(balances))])
    return HTTPResponse(status: 200, body: Array(text.utf8))
  }

  private func movePrice(_ request: HTTPRequest) -> HTTPResponse {
    guard let symbol = request.query("symbol"),
      let price = request.query("price").flatMap({ try? Decimal(text: $0) }), price.isPositive
    else {
      return answer(400, "Send symbol, price, and available if not everything can be traded.")
    }
    let available = request.query("available").flatMap { try? Decimal(text: $0) }
    return setPrice(symbol, price, available: available)
      ? answer(200, "\(symbol) is at \(price).") : answer(404, "There is no \(symbol).")
  }

  private func arrange(_ request: HTTPRequest) -> HTTPResponse {
    let kinds: [String: StandInFault] = [
      "lost_answer": .lostAnswer, "lost_request": .lostRequest, "half_answer": .halfAnswer,
      "late": .late(milliseconds: 3_000),
      "unknown": .answer(
        status: 400, body: #"{"code":-1007,"msg":"Timeout waiting for response."}"#,
        isCarriedOut: true),
      "overloaded": .answer(status: 503, body: "", isCarriedOut: false),
      "too_many": .answer(
        status: 429, body: #"{"code":-1003,"msg":"Too many requests."}"#, isCarriedOut: false,
        retryAfterSeconds: 5),
      "banned": .answer(
        status: 418, body: #"{"code":-1003,"msg":"Way too many requests; IP banned."}"#,
        isCarriedOut: false, retryAfterSeconds: 30),
    ]
    guard let method = request.query("method"), let path = request.query("path"),
      let fault = request.query("kind").flatMap({ kinds[$0] })
    else {
      return answer(
        400, "Send method, path and kind: \(kinds.keys.sorted().joined(separator: ", ")).")
    }
    add(fault, to: method, path)
    return answer(200, "The next \(method) \(path) has that accident.")
  }

  private func answer(_ status: Int, _ sentence: String) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "text/plain", body: Array("\(sentence)\n".utf8))
  }
}
