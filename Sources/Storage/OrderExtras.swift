// What few orders have: rarer terms, and facts about triggers and changes. One JSON text in the
// orders table, so that a plain order's row stays short.

internal import Trading
internal import Wire

struct OrderExtras {
  var instructions: OrderInstructions?
  var isEmulated = false
  var trailedPrice: Price?
  var requestedTerms: OrderTerms?
  var amendment: Amendment?
  var successor: OrderID?
  var waivedLegs: Set<ProtectiveLink.Leg> = []
  var isProtectionOver = false
  var busts: Busts?
  var signaledAt: Timestamp?

  /// The text of an order's extras; nil if it has none.
  static func text(of order: Order) -> String? {
    let instructions = order.terms.instructions
    let isPlain =
      instructions == nil && !order.isEmulated && order.requestedTerms === order.terms
      && order.amendment == nil && order.successor == nil && order.trailedPrice == nil
      && order.waivedLegs.isEmpty && !order.isProtectionOver && order.busts == nil
      && order.terms.labels.signaledAt == nil
    guard !isPlain else { return nil }
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    if let instructions { InstructionCodec.write(instructions, to: &json) }
    if order.isEmulated {
      json.key("emulated")
      json.bool(true)
    }
    json.present("trailed_price", order.trailedPrice?.description)
    json.present("successor", order.successor?.description)
    for leg in ProtectiveLink.Leg.allCases where order.waivedLegs.contains(leg) {
      json.present(waived(leg), leg.rawValue)
    }
    if order.isProtectionOver {
      json.key("protection_over")
      json.bool(true)
    }
    if order.requestedTerms !== order.terms {
      json.key("requested")
      json.beginObject()
      EventCodec.write(order.requestedTerms, to: &json)
      json.endObject()
    }
    if let amendment = order.amendment {
      json.key("amendment")
      json.beginObject()
      AmendmentCodec.write(amendment, to: &json)
      json.endObject()
    }
    if let moment = order.terms.labels.signaledAt {
      json.key("signaled_at")
      json.integer(Int(moment.microseconds))
    }
    if let busts = order.busts {
      json.key("busts")
      json.beginObject()
      json.present("quantity", busts.quantity.description)
      json.key("trade_ids")
      json.beginArray()
      for trade in busts.tradeIDs { json.string(trade.text) }
      json.endArray()
      json.endObject()
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// No extras for no text; nil for a text that is none of ours.
  init?(text: String?) {
    guard let text else { return }
    guard let root = try? JSONDocument(parsing: Array(text.utf8)).root else { return nil }
    instructions = InstructionCodec.read(root)
    isEmulated = root["emulated"]?.bool ?? false
    trailedPrice = EventCodec.price(root["trailed_price"])
    waivedLegs = Set(
      ProtectiveLink.Leg.allCases.filter { root[OrderExtras.waived($0)] != nil })
    isProtectionOver = root["protection_over"]?.bool ?? false
    successor = root["successor"]?.string.flatMap { OrderID(text: $0) }
    requestedTerms = root["requested"].flatMap { EventCodec.terms($0) }
    amendment = root["amendment"].flatMap { AmendmentCodec.read($0) }
    signaledAt = root["signaled_at"]?.integer.map { Timestamp(microseconds: Int64($0)) }
    busts = root["busts"].flatMap { value in
      EventCodec.decimal(value["quantity"]).flatMap { Quantity($0) }.map { quantity in
        let trades = value["trade_ids"]?.elements ?? []
        return Busts(
          tradeIDs: trades.compactMap { $0.string.flatMap { TradeID($0) } }, quantity: quantity)
      }
    }
  }

  private static func waived(_ leg: ProtectiveLink.Leg) -> StaticString {
    switch leg {
    case .stopLoss: "waived_stop_loss"
    case .takeProfit: "waived_take_profit"
    case .flatten: "waived_flatten"
    }
  }
}
