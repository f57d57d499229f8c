// A change of an order as members of a JSON object and back.

internal import Trading
internal import Wire

enum AmendmentCodec {
  /// Writes the members of an open object.
  static func write(_ amendment: Amendment, to json: inout JSONWriter) {
    json.present("quantity", amendment.quantity.description)
    json.present("price", amendment.limitPrice?.description)
    json.present("stop_price", amendment.triggerPrice?.description)
    json.present("successor", amendment.successor.description)
  }

  /// The amendment of an object; nil if it has none.
  static func read(_ value: JSONValue) -> Amendment? {
    guard let quantity = EventCodec.decimal(value["quantity"]).flatMap({ Quantity($0) }),
      let successor = value["successor"]?.string.flatMap({ OrderID(text: $0) })
    else { return nil }
    return Amendment(
      quantity: quantity, limitPrice: EventCodec.price(value["price"]),
      triggerPrice: EventCodec.price(value["stop_price"]), successor: successor)
  }
}
