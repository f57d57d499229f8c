// Every kind of order in the words of USD-M Futures, and answers as the venue's documentation shows
// them.

import Testing
import Trading
import Wire

@testable import Plugins

/// The parameters that place an order, after those that all orders of `path` begin with.
private func parameters(
  _ path: String, _ type: OrderType, limit: String? = nil, _ timeInForce: TimeInForce? = nil,
  isPostOnly: Bool = false, purpose: OrderPurpose = .trade, at now: Timestamp = start,
  _ instruct: (inout OrderInstructions) -> Void = { _ in }
) -> String {
  var instructions = OrderInstructions()
  instruct(&instructions)
  let terms = OrderTerms(
    account: account("binance-futures"), symbol: bitcoin, side: .sell, type: type,
    quantity: quantity("0.0010"), timeInForce: timeInForce, isPostOnly: isPostOnly,
    limitPrice: limit.map { price($0) }, purpose: purpose, instructions: instructions)
  let target = BinanceVenue.futures.place(
    Order(id: OrderID(value: 1), terms: terms, at: start), at: now
  ).target
  #expect(target.hasPrefix(path))
  return String(target.dropFirst(path.count))
}

private let id = "00000000-0000-0000-0000-000000000001"

private func plain(
  _ type: OrderType, limit: String? = nil, _ timeInForce: TimeInForce? = nil,
  isPostOnly: Bool = false, purpose: OrderPurpose = .trade, at now: Timestamp = start,
  _ instruct: (inout OrderInstructions) -> Void = { _ in }
) -> String {
  parameters(
    "/fapi/v1/order?symbol=BTCUSDT&side=SELL&", type, limit: limit, timeInForce,
    isPostOnly: isPostOnly, purpose: purpose, at: now, instruct)
}

private func algo(
  _ type: OrderType, limit: String? = nil, _ timeInForce: TimeInForce? = nil,
  isPostOnly: Bool = false, _ instruct: (inout OrderInstructions) -> Void
) -> String {
  parameters(
    "/fapi/v1/algoOrder?algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&", type, limit: limit,
    timeInForce, isPostOnly: isPostOnly, instruct)
}

private func json(_ text: String) throws -> JSONValue {
  try JSONDocument(parsing: Array(text.utf8)).root
}

@Suite struct BinanceFuturesOrderTests {
  @Test func `orders without a trigger`() {
    #expect(
      plain(.market) == "type=MARKET&quantity=0.001&newClientOrderId=\(id)&newOrderRespType=RESULT")
    for word in ["GTC", "IOC", "FOK"] {
      #expect(
        plain(.limit, limit: "67500.10", valid(TimeInForce(rawValue: word), word))
          == "type=LIMIT&timeInForce=\(word)&quantity=0.001&price=67500.1&newClientOrderId=\(id)"
          + "&newOrderRespType=RESULT")
    }
    #expect(
      plain(.limit, limit: "67500", isPostOnly: true)
        == "type=LIMIT&timeInForce=GTX&quantity=0.001&price=67500&newClientOrderId=\(id)"
        + "&newOrderRespType=RESULT")
  }

  @Test func `a reduce-only order says so, and so does whatever protects or closes`() {
    let reduced =
      "type=MARKET&quantity=0.001&newClientOrderId=\(id)&reduceOnly=true&newOrderRespType=RESULT"
    #expect(plain(.market) { $0.isReduceOnly = true } == reduced)
    #expect(plain(.market, purpose: .close) == reduced)
  }

  @Test func `an order till a date has whole seconds, or is the gateway's if it is over too soon`()
  {
    let date = Timestamp(microseconds: start.microseconds + 700_000_001)
    func till(_ now: Timestamp) -> String {
      plain(.limit, limit: "1", .goodTillDate, at: now) { $0.expiresAt = date }
    }
    #expect(
      till(start)
        == "type=LIMIT&timeInForce=GTD&quantity=0.001&price=1&newClientOrderId=\(id)"
        + "&goodTillDate=1700000701000&newOrderRespType=RESULT")
    #expect(
      till(start.adding(milliseconds: 95_000))
        == "type=LIMIT&timeInForce=GTC&quantity=0.001&price=1&newClientOrderId=\(id)"
        + "&newOrderRespType=RESULT")
  }

  @Test(arguments: [(OrderType.stop, "STOP_MARKET"), (.takeProfit, "TAKE_PROFIT_MARKET")])
  func `triggers of market orders`(type: OrderType, word: String) {
    #expect(
      algo(type) { $0.trigger = .price(price("60000")) }
        == "type=\(word)&quantity=0.001&triggerPrice=60000&clientAlgoId=\(id)")
  }

  @Test(arguments: [(OrderType.stopLimit, "STOP"), (.takeProfitLimit, "TAKE_PROFIT")])
  func `triggers of limit orders`(type: OrderType, word: String) {
    for (timeInForce, isPostOnly, told) in [
      (TimeInForce.goodTillCanceled, false, "GTC"), (.immediateOrCancel, false, "IOC"),
      (.fillOrKill, false, "FOK"), (.goodTillCanceled, true, "GTX"),
    ] {
      #expect(
        algo(type, limit: "59900", timeInForce, isPostOnly: isPostOnly) {
          $0.trigger = .price(price("60000"))
        }
          == "type=\(word)&timeInForce=\(told)&quantity=0.001&price=59900&triggerPrice=60000"
          + "&clientAlgoId=\(id)")
    }
  }

  @Test func `a trailing stop follows by percent`() {
    #expect(
      algo(.trailingStop) {
        $0.trigger = .trailing(.percent(decimal("1.5")), activationPrice: price("70000"))
        $0.isReduceOnly = true
      }
        == "type=TRAILING_STOP_MARKET&quantity=0.001&activatePrice=70000&callbackRate=1.5"
        + "&reduceOnly=true&clientAlgoId=\(id)")
  }

  @Test func `questions and cancels name the order by our id, what it has become by the venue's`() {
    let order = order(1, .buy, "1", limit: "1")
    let venue = BinanceVenue.futures
    let named = "/fapi/v1/order?symbol=BTCUSDT&origClientOrderId=\(id)"
    #expect(venue.query(order).target == named)
    #expect(venue.cancel(order).target == named)
    #expect(BinanceAlgoOrders.query(order).target == "/fapi/v1/algoOrder?clientAlgoId=\(id)")
    #expect(BinanceAlgoOrders.cancel(order).target == "/fapi/v1/algoOrder?clientAlgoId=\(id)")
    let child = BinanceChild(symbol: bitcoin, venueOrderID: valid(VenueOrderID("7"), "id"))
    #expect(
      BinanceAlgoOrders.child(.get, child).target == "/fapi/v1/order?symbol=BTCUSDT&orderId=7")
    #expect(
      venue.trades(of: child.venueOrderID, bitcoin, from: 5).target
        == "/fapi/v1/userTrades?symbol=BTCUSDT&orderId=7&fromId=5&limit=1000")
  }
}

@Suite struct BinanceFuturesAnswerTests {
  @Test func `an order that somebody else placed is read as the documentation shows it`() throws {
    let order = try json(
      """
      {"avgPrice":"0.00000","clientOrderId":"abc","cumQuote":"0","executedQty":"0.1",
      "orderId":1573346959,"origQty":"0.40","origType":"LIMIT","price":"9300","reduceOnly":false,
      "side":"BUY","positionSide":"BOTH","status":"NEW","stopPrice":"0","closePosition":false,
      "symbol":"BTCUSDT","time":1579276756075,"timeInForce":"GTC","type":"LIMIT",
      "updateTime":1579276756075,"workingType":"CONTRACT_PRICE","priceProtect":false,
      "priceMatch":"NONE","selfTradePreventionMode":"NONE","goodTillDate":0}
      """)
    #expect(
      ExternalOrder(binance: order)
        == ExternalOrder(
          venueOrderID: valid(VenueOrderID("1573346959"), "id"), symbol: bitcoin, side: .buy,
          leavesQuantity: quantity("0.3")))
    #expect(BinanceOrderAnswer(order) == nil)
    let child = try #require(BinanceOrderAnswer(order, childOf: OrderID(value: 1)))
    #expect(child.report.status == .triggered)
    #expect(child.report.terms?.triggerPrice == nil)
  }

  @Test func `a conditional order is read as the documentation shows it`() throws {
    func answer(_ status: String, _ child: String) throws -> BinanceAlgoAnswer? {
      BinanceAlgoAnswer(
        try json(
          """
          {"algoId":2146760,"clientAlgoId":"\(id)","algoType":"CONDITIONAL",
          "orderType":"TAKE_PROFIT","symbol":"BNBUSDT","side":"SELL","positionSide":"BOTH",
          "timeInForce":"GTC","quantity":"0.01","algoStatus":"\(status)",
          "actualOrderId":"\(child)","actualPrice":"0.00000","actualType":"LIMIT",
          "actualQty":"0.01","triggerPrice":"750.000","price":"750.000","icebergQuantity":"None",
          "tpOrderType":"","selfTradePreventionMode":"EXPIRE_MAKER",
          "workingType":"CONTRACT_PRICE","priceMatch":"NONE","closePosition":false,
          "priceProtect":false,"reduceOnly":false,"createTime":1750485492076,
          "updateTime":1750514545091,"triggerTime":0,"goodTillDate":0}
          """))
    }
    let canceled = try #require(try answer("CANCELED", ""))
    #expect(canceled.report.status == .canceled(reason: nil))
    #expect(canceled.report.venueOrderID?.text == "algo-2146760")
    #expect(canceled.report.terms?.triggerPrice == price("750"))
    #expect(canceled.child == nil)
    for (word, status) in [
      ("NEW", VenueOrderStatus.working), ("TRIGGERING", .working), ("TRIGGERED", .triggered),
      ("FINISHED", .triggered), ("EXPIRED", .expired(reason: nil)),
    ] {
      #expect(try answer(word, "")?.report.status == status)
    }
    #expect(try answer("TRIGGERED", "28")?.child?.venueOrderID.text == "28")
    #expect(try answer("ASLEEP", "") == nil)
  }

  @Test func `trades are read as the documentation shows them, or not at all`() throws {
    let trade = """
      {"buyer":false,"commission":"0.07819010","commissionAsset":"USDT","id":698759,"maker":false,
      "orderId":25851813,"price":"7819.01","qty":"0.002","quoteQty":"15.63802","baseQty":"0.002",
      "marginAsset":"USDT","realizedPnl":"-0.91539999","side":"SELL","positionSide":"SHORT",
      "symbol":"BTCUSDT","pair":"BTCUSDT","time":1569514978020}
      """
    #expect(
      [Fill](binanceTrades: try json("[\(trade)]"))
        == [
          Fill(
            tradeID: valid(TradeID("698759"), "trade"), quantity: quantity("0.002"),
            price: price("7819.01"), fee: decimal("0.0781901"), feeAsset: usdt, isMaker: false,
            tradedAt: Timestamp(microseconds: 1_569_514_978_020_000))
        ])
    #expect([Fill](binanceTrades: try json("[\(trade),{}]")) == nil)
  }

  @Test func `a cancelled conditional order is told by its own answer`() throws {
    let text = #"{"algoId":2146760,"clientAlgoId":"\#(id)","code":"200","msg":"success"}"#
    let outcome = BinanceVenue.futures.algoCancelOutcome(
      of: order(1, .buy, "1"), .answer(try json(text)))
    guard case .canceled(let report) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(report.venueOrderID?.text == "algo-2146760")
  }

  @Test func `an event is about a trade, a conditional order, or somebody else's order`() throws {
    func update(_ client: String) -> String {
      """
      {"e":"ORDER_TRADE_UPDATE","E":1568879465651,"T":1568879465650,"o":{"s":"BTCUSDT",
      "c":"\(client)","S":"SELL","o":"LIMIT","f":"GTC","q":"0.002","p":"7819","ap":"7819.01",
      "sp":"0","x":"TRADE","X":"PARTIALLY_FILLED","i":8886774,"l":"0.001","z":"0.001",
      "L":"7819.01","N":"USDT","n":"0.0391","T":1568879465650,"t":698759,"m":false,"R":false,
      "wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH","cp":false,"rp":"0"}}
      """
    }
    let child = valid(VenueOrderID("8886774"), "id")
    let own = BinanceStreamEvent(futures: try json(update(id)), children: [:])
    guard case .order(let report)? = own else {
      Issue.record("\(own as Any)")
      return
    }
    #expect(report.status == .working)
    #expect(report.fills.map(\.tradeID.text) == ["698759"])
    let others = update("autoclose-1568879465650")
    #expect(BinanceStreamEvent(futures: try json(others), children: [:]) == .externalOrder)
    let known = BinanceStreamEvent(
      futures: try json(update("x-1")), children: [child: OrderID(value: 9)])
    guard case .order(let childReport)? = known else {
      Issue.record("\(known as Any)")
      return
    }
    #expect(childReport.orderID == OrderID(value: 9))
    #expect(childReport.status == .triggered)
    let expired = try json(#"{"e":"listenKeyExpired","E":1699596037418,"listenKey":"k"}"#)
    #expect(
      BinanceStreamEvent(futures: expired, children: [:])
        == .ended(reason: "Its listen key has expired."))
    let balance = try json(#"{"e":"ACCOUNT_UPDATE","E":1,"a":{"m":"ORDER"}}"#)
    #expect(BinanceStreamEvent(futures: balance, children: [:]) == .other)
  }
}
