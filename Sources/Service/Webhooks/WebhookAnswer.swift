// What a webhook is answered. One object for all callers: the Rust gateway reads success, order_id
// and error; the Python service's clients read status, message and detail; people read error and
// code. The rule to keep: a text that makes TradingView send an alert again (5xx) is given only
// where sending it again is right.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

enum WebhookAnswer {
  /// An order, with the HTTP status; `isRepeated` if an earlier alert made it.
  case order(Order, status: Int, isRepeated: Bool)
  /// Nothing is to be done, and that is no fault.
  case ignored(code: String, reason: String)
  case heartbeat
  /// Nothing was done. `detail` is the text that the Python service's callers know.
  case refused(APIError, detail: String? = nil)

  /// The answer that a reply of the gateway is; `isRepeated` if an earlier alert made its order.
  init(_ reply: Reply, isRepeated: Bool = false) {
    switch reply {
    case .created(let order): self = .order(order, status: 200, isRepeated: false)
    case .repeated(let order): self = .order(order, status: 200, isRepeated: true)
    case .pending(let order), .replaced(let order), .canceled(let order),
      .notCanceled(let order, _):
      self = .order(order, status: 202, isRepeated: isRepeated)
    case .rejected(let order): self = .refused(APIError(rejected: order))
    case .tradingState: self = .refused(.internalFault)
    case .refused(let refusal): self.init(refusal)
    }
  }

  private init(_ refusal: Refusal) {
    switch (refusal.kind, refusal.denial.code) {
    case (_, "NO_POSITION"), (_, "ALREADY_CLOSING"):
      self = .ignored(code: refusal.denial.code, reason: refusal.denial.sentence)
    case (.tooMany, _):
      // TradingView sends again what is answered with 5xx, and nothing else.
      var error = APIError(refusal)
      error.status = 503
      self = .refused(error)
    default: self = .refused(APIError(refusal))
    }
  }

  /// The word in `status` and in metrics.
  var word: String {
    switch self {
    case .order(_, 202, _): "pending"
    case .order(let order, _, _):
      switch order.state.status {
      case "FILLED", "SETTLED": "executed"
      case "CANCELLED", "EXPIRED", "REJECTED": "ended"
      default: "accepted"
      }
    case .ignored: "ignored"
    case .heartbeat: "heartbeat"
    case .refused: "error"
    }
  }

  /// What stands in the audit log.
  var decision: String {
    switch self {
    case .order(_, _, isRepeated: true): "duplicate"
    case .order, .heartbeat: word
    case .ignored(let code, _): "ignored:\(code)"
    case .refused(let error, _): "refused:\(error.code)"
    }
  }

  var status: Int {
    switch self {
    case .order(_, let status, _): status
    case .ignored, .heartbeat: 200
    case .refused(let error, _): error.status
    }
  }

  func response(_ action: Alert.Action?, requestID: String) -> HTTPResponse {
    var json = JSONWriter(reserving: 640)
    json.beginObject()
    var headers: [(name: String, value: String)] = []
    switch self {
    case .order(let order, _, let isRepeated): WebhookAnswer.write(order, isRepeated, to: &json)
    case .ignored(let code, let reason):
      json.member("success", true)
      json.member("order_id", nil as String?)
      json.member("error", nil as String?)
      json.member("code", code)
      json.member("reason", reason)
      json.member("message", reason)
    case .heartbeat:
      json.member("success", true)
      json.member("order_id", nil as String?)
      json.member("error", nil as String?)
    case .refused(let error, let detail):
      headers = error.headers
      WebhookAnswer.write(error, detail, to: &json)
    }
    json.member("status", word)
    if let action { json.member("action", action.name) }
    json.member("request_id", requestID)
    json.endObject()
    return HTTPResponse(status: status, headers: headers, body: json.bytes)
  }

  private static func write(_ order: Order, _ isRepeated: Bool, to json: inout JSONWriter) {
    let terms = order.terms
    let price = order.averagePrice ?? terms.ownPrice?.amount ?? terms.referencePrice?.amount
    json.member("success", true)
    json.member("order_id", order.id.description)
    json.member("error", nil as String?)
    json.member("duplicate", isRepeated)
    json.member("exchange_order_id", order.venueOrderID?.text)
    json.member("exchange", terms.account.text)
    json.member("mode", ExecutionMode(terms.account).rawValue)
    json.member("symbol", terms.symbol.text)
    json.member("side", terms.side.rawValue)
    json.member("order_type", terms.type.rawValue)
    json.member("quantity", number: terms.quantity.amount)
    json.member(
      "position_size_usd", number: price.flatMap { terms.quantity.amount.multiplied(by: $0) })
    json.member("filled_quantity", number: order.filledQuantity.amount)
    json.member("average_price", number: order.averagePrice ?? .zero)
    json.member("order_status", order.state.status)
    json.member("state", order.state.rawValue)
    json.member("code", order.explanation?.code)
    json.member("message", order.explanation?.sentence)
    json.member("timestamp", order.createdAt.text)
  }

  /// The facts of an error that stand beside its sentence.
  private static let shownDetails = ["field", "placeholder", "value", "limit"]

  private static func write(_ error: APIError, _ detail: String?, to json: inout JSONWriter) {
    json.member("success", false)
    json.member("order_id", error.orderID?.description)
    json.member("error", error.sentence)
    json.member("code", error.code)
    json.member("detail", detail ?? error.sentence)
    json.member("message", error.sentence)
    for (name, value) in error.detail where shownDetails.contains(name) {
      json.key(name)
      json.string(value)
    }
  }
}

extension APIError {
  static let internalFault = APIError(
    status: 500, code: "INTERNAL_ERROR", "The service answered nothing that could be told.")
}
