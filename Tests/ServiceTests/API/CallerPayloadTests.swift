// What the neighbouring services really send, and what they read of the answer.

import Testing
import Wire

@Suite struct CallerPayloadTests {
  @Test func `fks_web's order is executed and its signal is its key`() throws {
    let service = try SharedService.unlimited
    let body = #"""
      {"symbol": "BTC/USDT", "side": "buy", "order_type": "MARKET", "quantity": 0.01,
       "price": 67500.0, "stop_loss": null, "take_profit": null,
       "signal_id": "BTCUSDT_swing_2026-01-31T12:00:00", "category": "swing",
       "confidence": 0.75, "strategy": "fks_app_pipeline", "added_later": {"a": [1]}}
      """#
    let answer = try service.order(body)
    #expect(answer.status == 201)
    #expect(answer["success"] == "true")
    #expect(answer["status"] == "FILLED")
    #expect(answer.orderID?.isEmpty == false)
    #expect(answer["exchange_order_id"]?.hasPrefix("MOCK-") == true)
    #expect(answer["symbol"] == "BTCUSDT")
    #expect(answer["side"] == "BUY")
    #expect(answer["strategy_id"] == "fks_app_pipeline")
    #expect(answer["timestamp"]?.hasSuffix("Z") == true)
    // The price of a MARKET order is what the caller saw, and limits nothing.
    #expect(answer.json?["price"]?.kind == .null)
    #expect(answer["reference_price"] == "67500")
    let again = try service.order(body)
    #expect(again.status == 200)
    #expect(again.orderID == answer.orderID)
  }

  @Test func `fks_web's order of nothing is refused with a sentence`() throws {
    let answer = try SharedService.unlimited.order(
      #"""
      {"symbol":"BTC/USDT","side":"buy","order_type":"MARKET","quantity":0,"price":0,
       "stop_loss":null,"take_profit":null,"signal_id":"nothing","category":"swing"}
      """#)
    #expect(answer.status == 422)
    #expect(answer.code == "QUANTITY_ZERO")
    #expect(answer["error"]?.contains("nothing to trade") == true)
    #expect(answer.orderID == nil)
  }

  @Test func `fks_app's order takes numbers and texts, and is protected as it asks`() throws {
    let service = try SharedService.unlimited
    let answer = try service.order(
      #"""
      {"symbol":"BTCUSDT","side":"BUY","order_type":"MARKET","quantity":"0.010","strategy_id":"s1",
       "signal_id":"fks-app-1","stop_loss":"60000","take_profit":75000.50}
      """#)
    #expect(answer.status == 201)
    #expect(answer["quantity"] == "0.01")
    #expect(answer["stop_loss"] == "60000")
    #expect(answer["take_profit"] == "75000.5")
    #expect(answer["protection"] == "ACTIVE")
    #expect(answer.json?["warnings"]?.elements.count == 0)
    let shown = try service.get("/orders/\(answer.orderID ?? "")")
    #expect(shown.status == 200)
    #expect(shown["strategy_id"] == "s1")
    let position = try service.get("/positions/BTCUSDT")
    #expect(position.status == 200)
    #expect(position["symbol"] == "BTCUSDT")
  }

  @Test func `a side that is no side is refused, HOLD and null included`() throws {
    let service = try SharedService.unlimited
    for (side, code) in [("\"HOLD\"", "INVALID_SIDE"), ("null", "MISSING_FIELD")] {
      let answer = try service.order(
        #"{"symbol":"BTCUSDT","side":\#(side),"order_type":"MARKET","quantity":1}"#)
      #expect(answer.status == 422)
      #expect(answer.code == code)
    }
  }

  @Test func `money that binary fractions would blur comes back exactly`() throws {
    let answer = try SharedService.unlimited.order(
      #"""
      {"symbol":"ETHUSDT","side":"BUY","type":"limit","quantity":1.0e-2,"price":3000.10,
       "confidence":0.1234567890123456789}
      """#)
    #expect(answer.status == 422)
    #expect(answer.code == "NUMBER_TOO_PRECISE")
    let exact = try SharedService.unlimited.order(
      #"""
      {"symbol":"ETHUSDT","side":"BUY","type":"limit","quantity":1.0e-2,"price":3000.10,
       "confidence":0.123456789012345678}
      """#)
    #expect(exact.status == 201)
    #expect(exact["quantity"] == "0.01")
    #expect(exact["price"] == "3000.1")
    #expect(exact["confidence"] == "0.123456789012345678")
  }
}
