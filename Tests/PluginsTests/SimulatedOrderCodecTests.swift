// Rows of the simulated exchange's file, as they are written and as damage leaves them.

import Testing
import Trading

@testable import Plugins

@Suite struct SimulatedOrderCodecTests {
  private let id = OrderID(value: 1)

  private func body(quantity: String, fills: [String]) -> [UInt8] {
    let fills = fills.map { quantity in
      #"{"trade_id":"T","quantity":"\#(quantity)","price":"67500.5","fee":"0.1","#
        + #""fee_asset":"USDT","is_maker":false,"traded_at":1700000000000000}"#
    }
    let text =
      #"{"venue_order_id":"MOCK-1","symbol":"BTCUSDT","side":"SELL","quantity":"\#(quantity)","#
      + #""status":"filled","fills":[\#(fills.joined(separator: ","))]}"#
    return Array(text.utf8)
  }

  @Test func `an order reads back as it was written`() {
    let written = body(quantity: "0.01", fills: ["0.004", "0.006"])
    let order = SimulatedOrderCodec.decode(written, id: id)
    #expect(order?.filled == quantity("0.01"))
    #expect(order.map { SimulatedOrderCodec.encode($0) } == written)
  }

  @Test func `quantities whose sum would overflow are refused`() {
    let huge = String(repeating: "9", count: 38)
    #expect(SimulatedOrderCodec.decode(body(quantity: "1", fills: [huge, huge]), id: id) == nil)
    #expect(SimulatedOrderCodec.decode(body(quantity: huge, fills: ["1"]), id: id) == nil)
  }
}
