// Orders, fills and positions as JSON. Money is written as JSON numbers from its exact decimal
// text.

internal import Plugins
internal import Storage
internal import Trading
internal import Wire

extension Order {
  /// How the protection of its fills stands, in one word.
  var protectionWord: String {
    if isProtecting { return filledQuantity.isZero ? "WAITING" : "ACTIVE" }
    return isProtectionOver ? "ENDED" : "NONE"
  }
}

extension JSONWriter {
  mutating func member(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  mutating func member(_ name: StaticString, number value: Decimal?) {
    key(name)
    if let value { number(text: value.description) } else { null() }
  }

  mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    bool(value)
  }

  mutating func member(_ name: StaticString, _ value: Int) {
    key(name)
    integer(value)
  }

  mutating func member(_ name: StaticString, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  /// The members of an order. `status` may be told apart from the order's own: the answer to a
  /// submission says FILLED, whether or not the settlement was as quick.
  mutating func members(of order: Order, status: String? = nil) {
    let terms = order.terms
    member("order_id", order.id.description)
    member("client_order_id", terms.clientOrderID?.text)
    member("exchange_order_id", order.venueOrderID?.text)
    member("status", status ?? order.state.status)
    member("state", order.state.rawValue)
    member("exchange", terms.account.text)
    member("mode", ExecutionMode(terms.account).rawValue)
    member("symbol", terms.symbol.text)
    member("side", terms.side.rawValue)
    member("order_type", terms.type.rawValue)
    member("time_in_force", terms.timeInForce.rawValue)
    member("post_only", terms.isPostOnly)
    member("purpose", terms.purpose.rawValue)
    member("quantity", number: terms.quantity.amount)
    member("price", number: terms.limitPrice?.amount)
    member("reference_price", number: terms.referencePrice?.amount)
    if let instructions = terms.instructions { members(of: instructions, order) }
    if let successor = order.successor { member("replaced_by", successor.description) }
    if let amendment = order.amendment { members(of: amendment) }
    member("filled_quantity", number: order.filledQuantity.amount)
    member("leaves_quantity", number: order.state.isSealed ? .zero : order.leavesQuantity.amount)
    member("average_price", number: order.averagePrice)
    member("fee", number: order.fee)
    member("fee_asset", order.feeAsset?.text)
    member("strategy_id", terms.labels.strategyID?.text)
    member("signal_id", terms.labels.signalID?.text)
    member("category", terms.labels.category?.text)
    member("confidence", number: terms.labels.confidence)
    if let moment = terms.labels.signaledAt { member("signaled_at", moment.text) }
    member("stop_loss", number: terms.stopLoss?.amount)
    member("take_profit", number: terms.takeProfit?.amount)
    members(explaining: order)
    member("timestamp", order.createdAt.text)
    member("updated_at", order.updatedAt.text)
  }

  /// The rarer terms, as far as the order has them.
  private mutating func members(of instructions: OrderInstructions, _ order: Order) {
    if let trigger = instructions.trigger {
      member("emulated", order.isEmulated)
      members(of: trigger)
      if let price = order.trailedPrice { member("trailed_price", number: price.amount) }
    }
    if let expiresAt = instructions.expiresAt { member("expire_at", expiresAt.text) }
    if let link = instructions.protects {
      member("parent_order_id", link.parent.description)
      member("leg", link.leg.rawValue)
    }
    if let link = instructions.sliceOf {
      member("parent_order_id", link.parent.description)
      member("slice", link.number)
    }
    if let algorithm = order.algorithm { member(algorithm) }
    if let group = instructions.group { member("oco_group", group.text) }
    if order.terms.asksForProtection {
      member("protection", order.protectionWord)
    }
    if let replaced = instructions.replaces { member("replaces", replaced.description) }
    if instructions.isReduceOnly { member("reduce_only", true) }
    if let amount = instructions.quoteQuantity { member("quote_quantity", number: amount) }
    if let quantity = instructions.displayQuantity {
      member("display_quantity", number: quantity.amount)
    }
  }

  private mutating func member(_ algorithm: Algorithm) {
    key("algorithm")
    beginObject()
    member("type", algorithm.name)
    switch algorithm {
    case .timeWeighted(let time):
      member(
        "duration_seconds", number: Decimal(units: Int128(time.durationMilliseconds), scale: 3))
      member("slices", time.slices)
    case .iceberg(let quantity): member("display_quantity", number: quantity.amount)
    case .routed(let accounts): member("exchanges", accounts.map(\.text))
    }
    endObject()
  }

  /// A change that the venue has not answered yet.
  private mutating func members(of amendment: Amendment) {
    key("replace_requested")
    beginObject()
    member("quantity", number: amendment.quantity.amount)
    member("price", number: amendment.limitPrice?.amount)
    member("stop_price", number: amendment.triggerPrice?.amount)
    endObject()
  }

  private mutating func members(of trigger: Trigger) {
    switch trigger {
    case .price(let price): member("stop_price", number: price.amount)
    case .trailing(let offset, let activationPrice):
      switch offset {
      case .amount(let amount): member("trail_amount", number: amount)
      case .percent(let percent): member("trail_percent", number: percent)
      }
      if let activationPrice { member("activation_price", number: activationPrice.amount) }
    }
  }

  private mutating func members(explaining order: Order) {
    // Why an order waited is of no interest once it does not wait any more.
    let isOver = order.explanation?.code == OrderState.held.rawValue && order.state != .held
    let explanation = isOver ? nil : order.explanation
    member("code", explanation?.code)
    member("reason", explanation?.sentence)
    key("certainty")
    guard let uncertainty = order.uncertainty else { return string("confirmed") }
    beginObject()
    member("unknown_since", uncertainty.since.text)
    member("reason", uncertainty.reason)
    endObject()
  }

  /// A fill as an object.
  mutating func fill(_ recorded: RecordedFill) {
    let fill = recorded.fill
    beginObject()
    member("order_id", recorded.orderID.description)
    member("exchange", recorded.account.text)
    member("symbol", recorded.symbol.text)
    member("side", recorded.side.rawValue)
    member("quantity", number: fill.quantity.amount)
    member("price", number: fill.price.amount)
    member("fee", number: fill.fee)
    member("fee_asset", fill.feeAsset.text)
    member("is_maker", fill.isMaker)
    member("trade_id", fill.tradeID.text)
    member("timestamp", fill.tradedAt.text)
    endObject()
  }

  /// The events of a journal entry, each with its place and time.
  mutating func events(of entry: RecordedEntry) {
    guard let events = try? JSONDocument(parsing: entry.body).root["events"] else { return }
    for event in events.elements {
      beginObject()
      member("sequence", Int(entry.sequence))
      member("timestamp", entry.at.text)
      facts(of: event)
      endObject()
    }
  }

  /// The members of a journal event, but for those that stand in the object already.
  mutating func facts(of event: JSONValue, without names: Set<String> = []) {
    for (name, value) in event.members where !names.contains(name) {
      key(name)
      switch value.kind {
      case .string: string(value.string ?? "")
      case .number: number(text: value.numberText ?? "0")
      case .bool: bool(value.bool ?? false)
      case .null, .array, .object: null()
      }
    }
  }
}
