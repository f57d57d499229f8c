// Orders in the simulated exchange's file: what decodes, encodes to a text that decodes to the
// same. A damaged row is refused and never traps.

import Trading

@testable import Plugins

private let id = OrderID(value: 1)

func check(_ input: [UInt8]) {
  guard let order = SimulatedOrderCodec.decode(input, id: id) else { return }
  let text = SimulatedOrderCodec.encode(order)
  promise(SimulatedOrderCodec.decode(text, id: id) == order, "\(order) is lost")
}
