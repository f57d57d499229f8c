// Journal entries as JSON and back. The text is hashed as it is written, so it has one form:
// members in this order, money as strings, absent members left out.

internal import Crypto
internal import Trading
internal import Wire

enum EventCodec {
  /// The JSON of an entry's events: `{"events":[{"event":"received",…},…]}`.
  static func encode(_ events: [OrderEvent]) -> [UInt8] {
    var json = JSONWriter(reserving: 448)
    json.beginObject()
    write(events, to: &json)
    json.endObject()
    return json.bytes
  }

  /// The JSON of an entry: its events, what limits were measured to, and its provenance.
  static func encode(
    _ entry: JournalEntry, _ provenance: Provenance?, _ hasher: SHA256Hasher
  ) -> [UInt8] {
    var json = JSONWriter(reserving: 768)
    json.beginObject()
    write(entry.events, to: &json)
    if !entry.measured.isEmpty { write(entry.measured, to: &json) }
    json.present("key", provenance?.caller?.key)
    json.present("request_id", provenance?.caller?.requestID)
    if let request = provenance?.request {
      json.key("sent")
      json.beginObject()
      json.present("method", request.method)
      json.present("target", request.target)
      json.present("body_sha256", Hex.encode(hasher.hash(Array(request.body.utf8))))
      json.endObject()
    }
    json.endObject()
    return json.bytes
  }

  /// As `["MAX_ORDER_NOTIONAL","675","10000"]`: every new order has some.
  private static func write(_ measured: [MeasuredLimit], to json: inout JSONWriter) {
    json.key("checks")
    json.beginArray()
    for measure in measured {
      json.beginArray()
      json.string(measure.rule.rawValue)
      json.string(measure.value.description)
      if let limit = measure.limit { json.string(limit.description) }
      json.endArray()
    }
    json.endArray()
  }

  private static func write(_ events: [OrderEvent], to json: inout JSONWriter) {
    json.key("events")
    json.beginArray()
    for event in events {
      json.beginObject()
      json.key("event")
      json.string(event.name)
      write(event, to: &json)
      json.endObject()
    }
    json.endArray()
  }

  /// The JSON of a change of the trading state, in the same shape.
  static func encode(_ change: TradingStateChange) -> [UInt8] {
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    json.key("events")
    json.beginArray()
    json.beginObject()
    json.present("event", tradingStateSet)
    json.present("scope", change.scope.text)
    json.present("state", change.state.rawValue)
    json.present("reason", change.reason)
    json.present("author", change.author)
    json.endObject()
    json.endArray()
    json.endObject()
    return json.bytes
  }

  private static let tradingStateSet = "trading_state_set"

  /// The change that a row's JSON holds; nil if it is about an order.
  static func decodeTradingState(_ body: [UInt8], at now: Timestamp) -> TradingStateChange? {
    guard let document = try? JSONDocument(parsing: body),
      let value = document.root["events"]?.elements.first,
      value["event"]?.string == tradingStateSet,
      let scope = value["scope"]?.string.flatMap({ TradingScope(text: $0) }),
      let state = value["state"]?.string.flatMap({ TradingState(rawValue: $0) }),
      let reason = value["reason"]?.string, let author = value["author"]?.string
    else { return nil }
    return TradingStateChange(
      scope: scope, state: state, reason: reason, author: author, at: now)
  }

  private static func write(_ event: OrderEvent, to json: inout JSONWriter) {
    switch event {
    case .received(let terms): write(terms, to: &json)
    case .denied(let denial):
      json.present("code", denial.code)
      json.present("sentence", denial.sentence)
      json.present("value", denial.value)
      json.present("limit", denial.limit)
    case .accepted(let id): json.present("venue_order_id", id?.text)
    case .rejected(let rejection):
      json.present("code", rejection.code)
      json.present("sentence", rejection.sentence)
    case .filled(let fill), .busted(let fill): write(fill, to: &json)
    case .progressed(let progress): write(progress, to: &json)
    case .held(let reason), .becameUnknown(let reason), .replaceRefused(let reason):
      json.present("reason", reason)
    case .canceled(let reason), .expired(let reason), .suspended(let reason):
      json.present("reason", reason)
    case .cancelRefused(let isGone, let reason):
      json.key("is_gone")
      json.bool(isGone)
      json.present("reason", reason)
    case .replaceRequested(let amendment): AmendmentCodec.write(amendment, to: &json)
    case .replaced(let successor): json.present("by", successor.description)
    case .trailed(let price): json.present("price", price.description)
    case .protectionWaived(let leg): json.present("leg", leg.rawValue)
    case .submitting, .cancelRequested, .notFound, .triggered, .amended, .protectionEnded,
      .completed, .settled:
      break
    }
  }

  static func write(_ terms: OrderTerms, to json: inout JSONWriter) {
    json.present("account", terms.account.text)
    json.present("symbol", terms.symbol.text)
    json.present("side", terms.side.rawValue)
    json.present("order_type", terms.type.rawValue)
    json.present("time_in_force", terms.timeInForce.rawValue)
    if terms.isPostOnly {
      json.key("post_only")
      json.bool(true)
    }
    json.present("quantity", terms.quantity.description)
    json.present("price", terms.limitPrice?.description)
    json.present("reference_price", terms.referencePrice?.description)
    json.present("client_order_id", terms.clientOrderID?.text)
    json.present("idempotency_key", terms.idempotencyKey?.text)
    json.present("purpose", terms.purpose.rawValue)
    json.present("strategy_id", terms.labels.strategyID?.text)
    json.present("signal_id", terms.labels.signalID?.text)
    json.present("category", terms.labels.category?.text)
    json.present("confidence", terms.labels.confidence?.description)
    if let moment = terms.labels.signaledAt {
      json.key("signaled_at")
      json.integer(Int(moment.microseconds))
    }
    if let instructions = terms.instructions {
      InstructionCodec.write(instructions, to: &json)
    }
  }

  private static func write(_ fill: Fill, to json: inout JSONWriter) {
    json.present("trade_id", fill.tradeID.text)
    json.present("quantity", fill.quantity.description)
    json.present("price", fill.price.description)
    json.present("fee", fill.fee.description)
    json.present("fee_asset", fill.feeAsset.text)
    json.key("is_maker")
    json.bool(fill.isMaker)
    json.key("traded_at")
    json.integer(Int(fill.tradedAt.microseconds))
    if fill.isFeeHeldBack {
      json.key("fee_held_back")
      json.bool(true)
    }
  }

  private static func write(_ progress: AlgorithmProgress, to json: inout JSONWriter) {
    json.present("filled_quantity", progress.filledQuantity.description)
    json.present("filled_notional", progress.filledNotional.description)
    json.present("fee", progress.fee.description)
    json.present("fee_asset", progress.feeAsset?.text)
  }

  /// The events of an entry's JSON; nil if it is not one of ours.
  static func decode(_ body: [UInt8]) -> [OrderEvent]? {
    guard let document = try? JSONDocument(parsing: body), let list = document.root["events"]
    else { return nil }
    var events: [OrderEvent] = []
    for value in list.elements {
      guard let name = value["event"]?.string, let event = decode(name, value) else { return nil }
      events.append(event)
    }
    return events
  }

  private static func decode(_ name: String, _ value: JSONValue) -> OrderEvent? {
    let reason = value["reason"]?.string
    switch name {
    case "received": return terms(value).map { .received($0) }
    case "denied":
      guard let code = value["code"]?.string, let sentence = value["sentence"]?.string
      else { return nil }
      return .denied(
        Denial(
          code: code, sentence: sentence, value: value["value"]?.string,
          limit: value["limit"]?.string))
    case "held": return reason.map { .held(reason: $0) }
    case "trailed": return price(value["price"]).map { .trailed($0) }
    case "submitting": return .submitting
    case "accepted": return .accepted(value["venue_order_id"]?.string.flatMap { VenueOrderID($0) })
    case "rejected":
      guard let code = value["code"]?.string, let sentence = value["sentence"]?.string
      else { return nil }
      return .rejected(Rejection(code: code, sentence: sentence))
    case "became_unknown": return reason.map { .becameUnknown(reason: $0) }
    case "filled": return fill(value).map { .filled($0) }
    case "busted": return fill(value).map { .busted($0) }
    case "progressed": return progress(value).map { .progressed($0) }
    case "completed": return .completed
    case "cancel_requested": return .cancelRequested
    case "canceled": return .canceled(reason: reason)
    case "cancel_refused":
      guard let isGone = value["is_gone"]?.bool, let reason else { return nil }
      return .cancelRefused(isGone: isGone, reason: reason)
    case "expired": return .expired(reason: reason)
    case "not_found": return .notFound
    case "triggered": return .triggered
    case "suspended": return .suspended(reason: reason)
    case "replace_requested": return AmendmentCodec.read(value).map { .replaceRequested($0) }
    case "amended": return .amended
    case "replaced":
      return value["by"]?.string.flatMap { OrderID(text: $0) }.map { .replaced(by: $0) }
    case "replace_refused": return reason.map { .replaceRefused(reason: $0) }
    case "protection_waived":
      return value["leg"]?.string.flatMap { ProtectiveLink.Leg(rawValue: $0) }
        .map { .protectionWaived($0) }
    case "protection_ended": return .protectionEnded
    case "settled": return .settled
    default: return nil
    }
  }

  static func terms(_ value: JSONValue) -> OrderTerms? {
    guard let account = value["account"]?.string.flatMap({ AccountID($0) }),
      let symbol = value["symbol"]?.string.flatMap({ Symbol($0) }),
      let side = value["side"]?.string.flatMap({ Side(rawValue: $0) }),
      let type = value["order_type"]?.string.flatMap({ OrderType(rawValue: $0) }),
      let timeInForce = value["time_in_force"]?.string.flatMap({ TimeInForce(rawValue: $0) }),
      let quantity = decimal(value["quantity"]).flatMap({ Quantity($0) }),
      let purpose = value["purpose"]?.string.flatMap({ OrderPurpose(rawValue: $0) })
    else { return nil }
    return OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: value["post_only"]?.bool ?? false,
      limitPrice: price(value["price"]), referencePrice: price(value["reference_price"]),
      clientOrderID: value["client_order_id"]?.string.flatMap { ClientOrderID($0) },
      idempotencyKey: value["idempotency_key"]?.string.map { IdempotencyKey(stored: $0) },
      purpose: purpose, instructions: InstructionCodec.read(value),
      labels: OrderLabels(
        strategyID: label(value["strategy_id"]), signalID: label(value["signal_id"]),
        category: label(value["category"]), confidence: decimal(value["confidence"]),
        signaledAt: value["signaled_at"]?.integer.map { Timestamp(microseconds: Int64($0)) }))
  }

  private static func fill(_ value: JSONValue) -> Fill? {
    guard let tradeID = value["trade_id"]?.string.flatMap({ TradeID($0) }),
      let quantity = decimal(value["quantity"]).flatMap({ Quantity($0) }),
      let price = price(value["price"]), let fee = decimal(value["fee"]),
      let feeAsset = value["fee_asset"]?.string.flatMap({ Asset($0) }),
      let isMaker = value["is_maker"]?.bool, let tradedAt = value["traded_at"]?.integer
    else { return nil }
    var fill = Fill(
      tradeID: tradeID, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
      isMaker: isMaker, tradedAt: Timestamp(microseconds: Int64(tradedAt)))
    fill.isFeeHeldBack = value["fee_held_back"]?.bool == true
    return fill
  }

  private static func progress(_ value: JSONValue) -> AlgorithmProgress? {
    guard let filled = decimal(value["filled_quantity"]).flatMap({ Quantity($0) }),
      let notional = decimal(value["filled_notional"]), let fee = decimal(value["fee"])
    else { return nil }
    return AlgorithmProgress(
      filledQuantity: filled, filledNotional: notional, fee: fee,
      feeAsset: value["fee_asset"]?.string.flatMap { Asset($0) })
  }

  static func decimal(_ value: JSONValue?) -> Decimal? {
    value?.string.flatMap { Decimal(storedText: $0) }
  }

  static func price(_ value: JSONValue?) -> Price? { decimal(value).flatMap { Price($0) } }

  private static func label(_ value: JSONValue?) -> Label? { value?.string.flatMap { Label($0) } }
}
