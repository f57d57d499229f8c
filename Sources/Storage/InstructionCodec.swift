// The rarer terms of an order as members of a JSON object and back: in the journal among the other
// terms, in the orders table in a column of their own that is empty for plain orders.

internal import Trading
internal import Wire

enum InstructionCodec {
  /// Writes the members of an open object.
  static func write(_ instructions: OrderInstructions, to json: inout JSONWriter) {
    switch instructions.trigger {
    case .price(let price): json.present("stop_price", price.description)
    case .trailing(let offset, let activationPrice):
      switch offset {
      case .amount(let amount): json.present("trail_amount", amount.description)
      case .percent(let percent): json.present("trail_percent", percent.description)
      }
      json.present("activation_price", activationPrice?.description)
    case nil: break
    }
    if let expiresAt = instructions.expiresAt {
      json.key("expires_at")
      json.integer(Int(expiresAt.microseconds))
    }
    if instructions.isReduceOnly {
      json.key("reduce_only")
      json.bool(true)
    }
    json.present("quote_quantity", instructions.quoteQuantity?.description)
    json.present("display_quantity", instructions.displayQuantity?.description)
    json.present("replaces", instructions.replaces?.description)
    json.present("stop_loss", instructions.stopLoss?.description)
    json.present("take_profit", instructions.takeProfit?.description)
    json.present(
      "parent_order_id",
      (instructions.protects?.parent ?? instructions.sliceOf?.parent)?.description)
    json.present("leg", instructions.protects?.leg.rawValue)
    if let slice = instructions.sliceOf {
      json.key("slice")
      json.integer(slice.number)
    }
    json.present("oco_group", instructions.group?.text)
    if !instructions.route.isEmpty {
      json.present("route", instructions.route.map(\.text).joined(separator: " "))
    }
    if let time = instructions.timeWeighting {
      json.key("twap_duration_ms")
      json.integer(Int(time.durationMilliseconds))
      json.key("twap_slices")
      json.integer(time.slices)
    }
  }

  /// The instructions among the members of an object; nil if there are none.
  static func read(_ value: JSONValue) -> OrderInstructions? {
    var instructions = OrderInstructions()
    instructions.trigger = trigger(value)
    instructions.expiresAt = value["expires_at"]?.integer.map {
      Timestamp(microseconds: Int64($0))
    }
    instructions.isReduceOnly = value["reduce_only"]?.bool ?? false
    instructions.quoteQuantity = EventCodec.decimal(value["quote_quantity"])
    instructions.displayQuantity = EventCodec.decimal(value["display_quantity"]).flatMap {
      Quantity($0)
    }
    instructions.replaces = value["replaces"]?.string.flatMap { OrderID(text: $0) }
    instructions.stopLoss = EventCodec.price(value["stop_loss"])
    instructions.takeProfit = EventCodec.price(value["take_profit"])
    instructions.protects = link(value)
    instructions.sliceOf = slice(value)
    instructions.group = value["oco_group"]?.string.flatMap { Label($0) }
    instructions.timeWeighting = timeWeighting(value)
    instructions.route =
      value["route"]?.string.map {
        $0.split(separator: " ").compactMap { AccountID(String($0)) }
      } ?? []
    return instructions.isEmpty ? nil : instructions
  }

  private static func link(_ value: JSONValue) -> ProtectiveLink? {
    guard let parent = value["parent_order_id"]?.string.flatMap({ OrderID(text: $0) }),
      let leg = value["leg"]?.string.flatMap({ ProtectiveLink.Leg(rawValue: $0) })
    else { return nil }
    return ProtectiveLink(parent: parent, leg: leg)
  }

  private static func slice(_ value: JSONValue) -> SliceLink? {
    guard let parent = value["parent_order_id"]?.string.flatMap({ OrderID(text: $0) }),
      let number = value["slice"]?.integer
    else { return nil }
    return SliceLink(parent: parent, number: number)
  }

  private static func timeWeighting(_ value: JSONValue) -> TimeWeighting? {
    guard let duration = value["twap_duration_ms"]?.integer,
      let slices = value["twap_slices"]?.integer, duration > 0, slices > 0
    else { return nil }
    return TimeWeighting(durationMilliseconds: Int64(duration), slices: slices)
  }

  private static func trigger(_ value: JSONValue) -> Trigger? {
    if let price = EventCodec.price(value["stop_price"]) { return .price(price) }
    let offset =
      EventCodec.decimal(value["trail_amount"]).map { TrailingOffset.amount($0) }
      ?? EventCodec.decimal(value["trail_percent"]).map { TrailingOffset.percent($0) }
    return offset.map {
      .trailing($0, activationPrice: EventCodec.price(value["activation_price"]))
    }
  }
}

extension JSONWriter {
  /// A member with a text value; left out where there is none.
  mutating func present(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    key(name)
    string(value)
  }
}
