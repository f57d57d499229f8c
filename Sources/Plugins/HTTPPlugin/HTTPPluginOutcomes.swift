// Commands to a plugin process as it is sent them, and what its answers prove. The rule to keep:
// only an answer that names the order and says what became of it proves anything, and only the
// request that never left is known not to have arrived.

internal import Trading
internal import Wire

/// Commands about orders, and their outcomes.
enum HTTPPluginOrders {
  /// The path of one order.
  static func path(of order: Order) -> String { "/orders/\(order.id)" }

  /// The query with which an order is asked for or cancelled: what a venue may need besides our id.
  static func query(of order: Order) -> String {
    let venueID = order.venueOrderID.map {
      "&venue_order_id=\(PercentCoding.encode($0.text))"
    }
    return "?symbol=\(PercentCoding.encode(order.terms.symbol.text))\(venueID ?? "")"
  }

  /// The body with which an order is submitted.
  static func placing(_ order: Order, by rules: VenueRules) -> [UInt8] {
    let terms = order.terms
    let type = order.executedType
    let isKept = rules.timesInForce.contains(terms.timeInForce)
    // What a venue has no dates for is cancelled by the gateway when its time has come.
    let timeInForce = isKept ? terms.timeInForce : .goodTillCanceled
    var json = JSONWriter()
    json.beginObject()
    json.pluginMember("client_order_id", order.id.description)
    json.pluginMember("symbol", terms.symbol.text)
    json.pluginMember("side", terms.side.rawValue)
    json.pluginMember("type", type.rawValue)
    json.pluginMember("time_in_force", timeInForce.rawValue)
    json.pluginMember("quantity", terms.quantity.description)
    json.pluginMember("price", terms.limitPrice?.description)
    let trigger = type.isConditional ? terms.trigger : nil
    json.pluginMember("trigger_price", trigger?.fixedPrice?.description)
    if case .trailing(let offset, let activationPrice)? = trigger {
      switch offset {
      case .amount(let amount): json.pluginMember("trailing_amount", amount.description)
      case .percent(let percent): json.pluginMember("trailing_percent", percent.description)
      }
      json.pluginMember("activation_price", activationPrice?.description)
    }
    json.key("post_only")
    json.bool(terms.isPostOnly)
    json.key("reduce_only")
    json.bool(rules.hasReduceOnly && (terms.isReduceOnly || terms.purpose != .trade))
    let display = rules.hasDisplayQuantity ? terms.displayQuantity : nil
    json.pluginMember("display_quantity", display?.description)
    let end = timeInForce == .goodTillDate ? terms.expiresAt : nil
    json.key("expires_at")
    if let end { json.integer(Int(end.microseconds / 1_000)) } else { json.null() }
    json.endObject()
    return json.bytes
  }

  /// The body with which an order is changed.
  static func amending(_ order: Order, by amendment: Amendment) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.pluginMember("symbol", order.terms.symbol.text)
    json.pluginMember("venue_order_id", order.venueOrderID?.text)
    json.pluginMember("quantity", amendment.quantity.description)
    json.pluginMember("price", amendment.limitPrice?.description)
    json.pluginMember("trigger_price", amendment.triggerPrice?.description)
    json.endObject()
    return json.bytes
  }

  /// What came of submitting an order.
  static func submitOutcome(of order: Order, _ result: HTTPPluginResult) -> SubmitOutcome {
    switch result {
    case .answer(let answer) where answer.text("outcome") == "accepted":
      guard let report = OrderReport(plugin: answer, of: order),
        let position = answer.optional("position", { PositionReport(plugin: $0) }),
        position.value.map({ $0.symbol == order.terms.symbol }) ?? true
      else { return .unknown(reason: HTTPPluginResult.unreadable) }
      if case .rejected(let rejection) = report.status { return .rejected(rejection) }
      return .accepted(report, position: position.value)
    case .answer(let answer), .refusal(let answer, _):
      guard answer.text("outcome") == "rejected", answer.names(order),
        let code = answer.text("code"), isCode(code)
      else { return .unknown(reason: result.reason) }
      return .rejected(
        Rejection(code: "PLUGIN_\(code)", sentence: "The plugin refused it: \(result.reason)"))
    case .notSent(let reason):
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: reason))
    case .silence(let reason): return .unknown(reason: reason)
    }
  }

  /// Codes stand in metrics and programs: short, and of the usual characters.
  private static func isCode(_ code: String) -> Bool {
    (1...48).contains(code.utf8.count)
      && code.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// What came of cancelling an order.
  static func cancelOutcome(of order: Order, _ result: HTTPPluginResult) -> CancelOutcome {
    switch change(of: order, result, "canceled") {
    case .made(let report):
      guard case .canceled = report.status else {
        return .unknown(reason: HTTPPluginResult.unreadable)
      }
      return .canceled(report)
    case .refused(let isGone, let reason): return .refused(isGone: isGone, reason: reason)
    case .unknown(let reason): return .unknown(reason: reason)
    }
  }

  /// What came of changing an order.
  static func amendOutcome(of order: Order, _ result: HTTPPluginResult) -> AmendOutcome {
    switch change(of: order, result, "amended") {
    case .made(let report): .amended(report)
    case .refused(let isGone, let reason): .refused(isGone: isGone, reason: reason)
    case .unknown(let reason): .unknown(reason: reason)
    }
  }

  private enum Change {
    case made(OrderReport)
    case refused(isGone: Bool, reason: String)
    case unknown(reason: String)
  }

  /// What came of a command about an order that is there, `word` if it was carried out.
  private static func change(
    of order: Order, _ result: HTTPPluginResult, _ word: String
  ) -> Change {
    switch result {
    case .answer(let answer) where answer.text("outcome") == word:
      OrderReport(plugin: answer, of: order).map { .made($0) }
        ?? .unknown(reason: HTTPPluginResult.unreadable)
    case .answer(let answer), .refusal(let answer, _):
      if answer.text("outcome") == "refused", answer.names(order),
        let isGone = answer["is_gone"]?.bool
      {
        .refused(isGone: isGone, reason: result.reason)
      } else {
        .unknown(reason: result.reason)
      }
    case .notSent(let reason): .refused(isGone: false, reason: reason)
    case .silence(let reason): .unknown(reason: reason)
    }
  }

  /// What came of asking for an order.
  static func queryOutcome(of order: Order, _ result: HTTPPluginResult) -> QueryOutcome {
    guard case .answer(let answer) = result else { return .unavailable(reason: result.reason) }
    switch answer.text("outcome") {
    case "found":
      return OrderReport(plugin: answer, of: order).map { .found($0) }
        ?? .unavailable(reason: HTTPPluginResult.unreadable)
    case "not_found" where answer.names(order): return .notFound
    default: return .unavailable(reason: result.reason)
    }
  }
}

extension JSONValue {
  /// Whether an answer is about this order.
  fileprivate func names(_ order: Order) -> Bool {
    text("client_order_id") == order.id.description
  }
}

extension JSONWriter {
  /// Writes a member that is a text, or null.
  fileprivate mutating func pluginMember(_ name: StaticString, _ text: String?) {
    key(name)
    if let text { string(text) } else { null() }
  }
}
