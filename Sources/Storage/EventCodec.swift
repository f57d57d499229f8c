// Journal entries as JSON and back. The text is hashed as it is written, so it has one form:
// members in this order, money as strings, absent members left out.

internal import Trading
internal import Wire

enum EventCodec {
  /// The JSON of an entry's events: `{"events":[{"event":"received",…},…]}`.
  static func encode(_ events: [OrderEvent]) -> [UInt8] {
    var json = JSONWriter(reserving: 448)
    json.beginObject()
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
    json.endObject()
    return json.bytes
  }

  /// The JSON of a change of the trading state, in the same shape.
  static func encode(_ change: TradingStateChange) -> [UInt8] {
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    json.key("events")
    json.beginArray()
    json.beginObject()
    json.member("event", tradingStateSet)
    json.member("scope", change.scope.text)
    json.member("state", change.state.rawValue)
    json.member("reason", change.reason)
    json.member("author", change.author)
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
      json.member("code", denial.code)
      json.member("sentence", denial.sentence)
      json.member("value", denial.value)
      json.member("limit", denial.limit)
    case .accepted(let id): json.member("venue_order_id", id?.text)
    case .rejected(let rejection):
      json.member("code", rejection.code)
      json.member("sentence", rejection.sentence)
    case .filled(let fill): write(fill, to: &json)
    case .held(let reason), .becameUnknown(let reason), .replaceRefused(let reason):
      json.member("reason", reason)
    case .canceled(let reason), .expired(let reason), .suspended(let reason):
      json.member("reason", reason)
    case .cancelRefused(let isGone, let reason):
      json.key("is_gone")
      json.bool(isGone)
      json.member("reason", reason)
    case .replaced(let successor): json.member("by", successor.description)
    case .submitting, .cancelRequested, .notFound, .triggered, .replaceRequested, .settled: break
    }
  }

  private static func write(_ terms: OrderTerms, to json: inout JSONWriter) {
    json.member("account", terms.account.text)
    json.member("symbol", terms.symbol.text)
    json.member("side", terms.side.rawValue)
    json.member("order_type", terms.type.rawValue)
    json.member("time_in_force", terms.timeInForce.rawValue)
    if terms.isPostOnly {
      json.key("post_only")
      json.bool(true)
    }
    json.member("quantity", terms.quantity.description)
    json.member("price", terms.limitPrice?.description)
    json.member("reference_price", terms.referencePrice?.description)
    json.member("client_order_id", terms.clientOrderID?.text)
    json.member("idempotency_key", terms.idempotencyKey?.text)
    json.member("purpose", terms.purpose.rawValue)
    json.member("strategy_id", terms.labels.strategyID?.text)
    json.member("signal_id", terms.labels.signalID?.text)
    json.member("category", terms.labels.category?.text)
    json.member("confidence", terms.labels.confidence?.description)
    json.member("stop_loss", terms.labels.stopLoss?.description)
    json.member("take_profit", terms.labels.takeProfit?.description)
  }

  private static func write(_ fill: Fill, to json: inout JSONWriter) {
    json.member("trade_id", fill.tradeID.text)
    json.member("quantity", fill.quantity.description)
    json.member("price", fill.price.description)
    json.member("fee", fill.fee.description)
    json.member("fee_asset", fill.feeAsset.text)
    json.key("is_maker")
    json.bool(fill.isMaker)
    json.key("traded_at")
    json.integer(Int(fill.tradedAt.microseconds))
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
    case "submitting": return .submitting
    case "accepted": return .accepted(value["venue_order_id"]?.string.flatMap { VenueOrderID($0) })
    case "rejected":
      guard let code = value["code"]?.string, let sentence = value["sentence"]?.string
      else { return nil }
      return .rejected(Rejection(code: code, sentence: sentence))
    case "became_unknown": return reason.map { .becameUnknown(reason: $0) }
    case "filled": return fill(value).map { .filled($0) }
    case "cancel_requested": return .cancelRequested
    case "canceled": return .canceled(reason: reason)
    case "cancel_refused":
      guard let isGone = value["is_gone"]?.bool, let reason else { return nil }
      return .cancelRefused(isGone: isGone, reason: reason)
    case "expired": return .expired(reason: reason)
    case "not_found": return .notFound
    case "triggered": return .triggered
    case "suspended": return .suspended(reason: reason)
    case "replace_requested": return .replaceRequested
    case "replaced":
      return value["by"]?.string.flatMap { OrderID(text: $0) }.map { .replaced(by: $0) }
    case "replace_refused": return reason.map { .replaceRefused(reason: $0) }
    case "settled": return .settled
    default: return nil
    }
  }

  private static func terms(_ value: JSONValue) -> OrderTerms? {
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
      purpose: purpose,
      labels: OrderLabels(
        strategyID: label(value["strategy_id"]), signalID: label(value["signal_id"]),
        category: label(value["category"]), confidence: decimal(value["confidence"]),
        stopLoss: price(value["stop_loss"]), takeProfit: price(value["take_profit"])))
  }

  private static func fill(_ value: JSONValue) -> Fill? {
    guard let tradeID = value["trade_id"]?.string.flatMap({ TradeID($0) }),
      let quantity = decimal(value["quantity"]).flatMap({ Quantity($0) }),
      let price = price(value["price"]), let fee = decimal(value["fee"]),
      let feeAsset = value["fee_asset"]?.string.flatMap({ Asset($0) }),
      let isMaker = value["is_maker"]?.bool, let tradedAt = value["traded_at"]?.integer
    else { return nil }
    return Fill(
      tradeID: tradeID, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
      isMaker: isMaker, tradedAt: Timestamp(microseconds: Int64(tradedAt)))
  }

  private static func decimal(_ value: JSONValue?) -> Decimal? {
    value?.string.flatMap { Decimal(storedText: $0) }
  }

  private static func price(_ value: JSONValue?) -> Price? { decimal(value).flatMap { Price($0) } }

  private static func label(_ value: JSONValue?) -> Label? { value?.string.flatMap { Label($0) } }
}

extension JSONWriter {
  /// A member with a text value; left out where there is none.
  fileprivate mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    key(name)
    string(value)
  }
}
