// Webhooks as the CCXT service before our bridge takes them, and what its answers prove. Its
// versions answer differently; what each of them says is in this one table.

internal import Trading
internal import Wire

/// The body of a webhook.
enum CCXTWebhookBody {
  /// What stands for a confidence that the caller did not give: above the service's threshold.
  private static let usualConfidence = Decimal(units: 7, scale: 1)

  /// The members in the order in which they have always been sent.
  static func of(_ order: Order, symbol: String, seconds: Int64) -> [UInt8] {
    let terms = order.terms
    var json = JSONWriter()
    func number(_ name: StaticString, _ value: Decimal?) {
      json.key(name)
      if let value { json.number(text: value.description) } else { json.null() }
    }
    json.beginObject()
    json.key("timestamp")
    json.integer(Int(seconds))
    json.key("symbol")
    json.string(symbol)
    json.key("action")
    json.string(terms.side.rawValue.lowercased())
    json.key("order_type")
    json.string("market")
    number("quantity", terms.quantity.amount)
    number("price", terms.referencePrice?.amount)
    number("stop_loss", terms.stopLoss?.amount)
    number("take_profit", terms.takeProfit?.amount)
    number("confidence", terms.labels.confidence ?? usualConfidence)
    json.endObject()
    return json.bytes
  }
}

/// An answer to a webhook.
struct CCXTWebhookAnswer {
  let status: Int
  let answer: JSONValue?

  init(status: Int, body: [UInt8]) {
    self.status = status
    let document = try? JSONDocument(parsing: body)
    answer = document?.duplicateKey == nil ? document?.root : nil
  }

  /// What it proves.
  func outcome(of order: Order) -> SubmitOutcome {
    guard let answer, answer.kind == .object else { return unknown }
    guard (200...299).contains(status) else { return refusal(answer) ?? unknown }
    switch answer.text("status") {
    case "executed", "success": return accepted(order, answer) ?? unknown
    // Said before the exchange is asked for anything.
    case "dry_run":
      return rejected("DRY_RUN", "The service has no key for its exchange and executed nothing.")
    case "simulated": return rejected("SIMULATED", "The service only simulates orders.")
    case "ignored", "rejected":
      return rejected("IGNORED", "The service executed nothing: \(reason(answer)).")
    // Also said where the order was executed and its stop-loss was not.
    default: return unknown
    }
  }

  /// Who is refused by one of the layers before the exchange: all of them answer with a detail.
  private func refusal(_ answer: JSONValue) -> SubmitOutcome? {
    guard let detail = answer["detail"] else { return nil }
    switch status {
    case 400, 401, 403, 404, 405, 413, 415, 422, 429: break
    case 503:
      let sentences = [
        "Service temporarily unavailable", "Circuit breaker open - service degraded",
      ]
      guard let text = detail.string, sentences.contains(text) else { return nil }
    default: return nil
    }
    return rejected(
      "\(status)", "The service refused it with status \(status): \(reason(answer)).")
  }

  private func accepted(_ order: Order, _ answer: JSONValue) -> SubmitOutcome? {
    let side = answer.text("action") ?? answer.text("side")
    let symbol = answer.text("symbol").flatMap { Symbol(anySpelling: $0) }
    guard side.map({ $0.uppercased() == order.terms.side.rawValue }) ?? true,
      symbol.map({ $0 == order.terms.symbol }) ?? true
    else { return nil }
    let id = answer.text("order_id") ?? answer["order"]?.text("id")
    // It says that the order was executed and tells no trades: they count as missing.
    let quantity = answer.quantity("quantity").flatMap { $0.isZero ? nil : $0 }
    return .accepted(
      OrderReport(
        orderID: order.id, venueOrderID: id.flatMap { VenueOrderID($0) }, status: .working,
        filledQuantity: quantity ?? order.terms.quantity, fills: []), position: nil)
  }

  private var unknown: SubmitOutcome {
    let said = answer.map { reason($0) } ?? "nothing that can be read"
    return .unknown(
      reason:
        "The service answered with status \(status), which does not say whether the order was "
        + "executed: \(said). Look at the exchange.")
  }

  private func rejected(_ code: String, _ sentence: String) -> SubmitOutcome {
    .rejected(Rejection(code: "CCXT_\(code)", sentence: sentence))
  }

  /// What an answer says in a sentence, short enough for a log line.
  private func reason(_ answer: JSONValue) -> String {
    let texts = ["reason", "message", "error", "detail", "status"] as [StaticString]
    let text = texts.lazy.compactMap { answer.text($0) }.first ?? "no reason"
    return String(text.prefix(300))
  }
}
