// The bytes that are sent to Binance: signatures of the venue's documentation, and every kind of
// order in the venue's words.

import Crypto
import Testing
import Trading
import Wire

@testable import Plugins

/// The secret of the examples in binance-spot-api-docs/rest-api.md.
private let spotSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
/// The secret of the examples in the USD-M Futures documentation.
private let futuresSecret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"

private func milliseconds(_ count: Int64) -> Timestamp { Timestamp(microseconds: count * 1_000) }

@Suite struct BinanceRequestTests {
  @Test(arguments: [
    (
      "LTCBTC", "LTCBTC", "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    ),
    (
      "１２３４５６", "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96",
      "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
    ),
  ])
  func `a Spot request has the documented signature, over what is sent`(
    symbol: String, encoded: String, signature: String
  ) throws {
    let request = BinanceRequest(.post, "/api/v3/order", weight: 1)
      .with("symbol", symbol).with("side", "BUY").with("type", "LIMIT").with("timeInForce", "GTC")
      .with("quantity", 1).with("price", "0.1")
    let target = request.target(
      signedBy: try RequestSigner(spotSecret), at: milliseconds(1_499_827_319_559), window: 5_000)
    #expect(
      target
        == "/api/v3/order?symbol=\(encoded)&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1"
        + "&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=\(signature)")
  }

  @Test func `a Futures request has the documented signature`() throws {
    let request = BinanceRequest(.post, "/fapi/v1/order", weight: 0)
      .with("symbol", "BTCUSDT").with("side", "BUY").with("type", "LIMIT").with("quantity", 1)
      .with("price", "9000").with("timeInForce", "GTC")
    let target = request.target(
      signedBy: try RequestSigner(futuresSecret), at: milliseconds(1_591_702_613_943),
      window: 5_000)
    #expect(
      target.hasSuffix(
        "&signature=3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"))
  }

  @Test func `a signature in Base64 is percent-encoded`() throws {
    let key = """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
      -----END PRIVATE KEY-----
      """
    let target = BinanceRequest(.get, "/api/v3/account", weight: 20)
      .target(signedBy: try RequestSigner(key), at: milliseconds(1), window: 5_000)
    let signature = try #require(target.split(separator: "signature=").last)
    #expect(signature.hasSuffix("%3D%3D"))
    #expect(!signature.contains("+") && !signature.contains("/") && !signature.contains("="))
  }

  @Test func `what shows a request to people has neither time nor signature`() {
    let request = BinanceVenue.spot.query(order(1, .buy, "1"))
    #expect(
      request.target
        == "/api/v3/order?symbol=BTCUSDT&origClientOrderId=00000000-0000-0000-0000-000000000001")
  }
}

@Suite struct BinanceSpotOrderTests {
  /// The parameters that place an order, without those that all orders have.
  private func parameters(
    _ type: OrderType, _ side: Side = .sell, limit: String? = nil,
    _ timeInForce: TimeInForce? = nil, isPostOnly: Bool = false,
    _ instruct: (inout OrderInstructions) -> Void = { _ in }
  ) -> String {
    var instructions = OrderInstructions()
    instruct(&instructions)
    let terms = OrderTerms(
      account: account("binance"), symbol: bitcoin, side: side, type: type,
      quantity: quantity("0.0010"), timeInForce: timeInForce, isPostOnly: isPostOnly,
      limitPrice: limit.map { price($0) }, instructions: instructions)
    let target = BinanceVenue.spot.place(
      Order(id: OrderID(value: 1), terms: terms, at: start), at: start
    ).target
    let prefix = "/api/v3/order?symbol=BTCUSDT&side=\(side.rawValue)&"
    #expect(target.hasPrefix(prefix))
    let id = "&newClientOrderId=00000000-0000-0000-0000-000000000001"
    #expect(target.contains(id))
    #expect(target.hasSuffix("&newOrderRespType=FULL"))
    return target.dropFirst(prefix.count).dropLast("&newOrderRespType=FULL".count)
      .split(separator: id, omittingEmptySubsequences: true).joined()
  }

  @Test func `orders without a trigger`() {
    #expect(parameters(.market) == "type=MARKET&quantity=0.001")
    for word in ["GTC", "IOC", "FOK"] {
      #expect(
        parameters(.limit, limit: "67500.10", valid(TimeInForce(rawValue: word), word))
          == "type=LIMIT&timeInForce=\(word)&quantity=0.001&price=67500.1")
    }
    #expect(
      parameters(.limit, limit: "67500", isPostOnly: true)
        == "type=LIMIT_MAKER&quantity=0.001&price=67500")
    #expect(
      parameters(.limit, limit: "67500") { $0.displayQuantity = quantity("0.0005") }
        == "type=LIMIT&timeInForce=GTC&quantity=0.001&price=67500&icebergQty=0.0005")
  }

  @Test func `an order till a date rests, for the gateway cancels it`() {
    #expect(
      parameters(.limit, limit: "1", .goodTillDate) { $0.expiresAt = start }
        == "type=LIMIT&timeInForce=GTC&quantity=0.001&price=1")
  }

  @Test(arguments: [
    (OrderType.stop, "STOP_LOSS"), (.takeProfit, "TAKE_PROFIT"),
  ])
  func `triggers of market orders`(type: OrderType, word: String) {
    #expect(
      parameters(type) { $0.trigger = .price(price("60000")) }
        == "type=\(word)&quantity=0.001&stopPrice=60000")
  }

  @Test(arguments: [
    (OrderType.stopLimit, "STOP_LOSS_LIMIT"), (.takeProfitLimit, "TAKE_PROFIT_LIMIT"),
  ])
  func `triggers of limit orders`(type: OrderType, word: String) {
    #expect(
      parameters(type, limit: "59900") { $0.trigger = .price(price("60000")) }
        == "type=\(word)&timeInForce=GTC&quantity=0.001&price=59900&stopPrice=60000")
  }

  @Test func `a trailing stop follows by hundredths of a percent`() {
    #expect(
      parameters(.trailingStop) {
        $0.trigger = .trailing(.percent(decimal("1.5")), activationPrice: nil)
      } == "type=STOP_LOSS&quantity=0.001&trailingDelta=150")
    #expect(
      parameters(.trailingStop) {
        $0.trigger = .trailing(.percent(decimal("0.25")), activationPrice: price("70000"))
      } == "type=STOP_LOSS&quantity=0.001&stopPrice=70000&trailingDelta=25")
  }

  @Test func `a trigger that the gateway watched is not sent`() {
    var instructions = OrderInstructions()
    instructions.trigger = .price(price("60000"))
    let terms = OrderTerms(
      account: account("binance"), symbol: bitcoin, side: .sell, type: .stopLimit,
      quantity: quantity("1"), limitPrice: price("59900"), instructions: instructions)
    var order = Order(id: OrderID(value: 1), terms: terms, at: start)
    _ = order.apply(.held(reason: "Why."), at: start)
    _ = order.apply(.triggered, at: start)
    _ = order.apply(.submitting, at: start)
    let target = BinanceVenue.spot.place(order, at: start).target
    #expect(target.contains("&type=LIMIT&timeInForce=GTC&quantity=1&price=59900&"))
    #expect(!target.contains("stopPrice"))
  }
}
