// Errors as the callers of the HTTP interface see them: one sentence that says what to do, a stable
// code beside it, and the same body everywhere.

internal import Trading
internal import Wire

/// An answer that is an error.
struct APIError: Error {
  var status: Int
  var code: String
  var sentence: String
  /// The order that the error is about, if there is one.
  var orderID: OrderID?
  /// Further facts, such as the measured value and its limit.
  var detail: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = []

  init(status: Int, code: String, _ sentence: String) {
    self.status = status
    self.code = code
    self.sentence = sentence
  }

  static func notFound(_ sentence: String) -> APIError {
    APIError(status: 404, code: "NOT_FOUND", sentence)
  }

  /// A request of a web page, while nobody needs a key.
  static let browser = APIError(
    status: 403, code: "BROWSER_REFUSED",
    "Requests of web pages are refused while no FKS_API_KEYS are set.")

  /// A field or query parameter that cannot be used.
  static func invalid(
    _ code: String, field: String, _ sentence: String
  ) -> APIError {
    var error = APIError(status: 422, code: code, sentence)
    error.detail = [("field", field)]
    return error
  }

  /// The error that a refusal of the engine is.
  init(_ refusal: Refusal) {
    let status: Int
    var retryAfter: Int64?
    var order: OrderID?
    switch refusal.kind {
    case .invalid: status = 422
    case .conflict(let earlier): (status, order) = (409, earlier.id)
    case .notFound: status = 404
    case .tooMany(let wait): (status, retryAfter) = (429, wait)
    case .unavailable(let wait): (status, retryAfter) = (503, wait)
    }
    self.init(status: status, code: refusal.denial.code, refusal.denial.sentence)
    orderID = order
    add(refusal.denial)
    if let retryAfter {
      // Retry-After counts in whole seconds (RFC 9110 section 10.2.3); earlier would be too early.
      headers = [("Retry-After", "\(max(1, (retryAfter + 999) / 1_000))")]
    }
  }

  /// The error that a denied or rejected order is.
  init(rejected order: Order) {
    let explanation = order.explanation
    self.init(
      status: 422, code: explanation?.code ?? order.state.rawValue,
      explanation?.sentence
        ?? "The venue has no such order after repeated lookups; it was not executed.")
    orderID = order.id
    detail = [("status", order.state.status), ("state", order.state.rawValue)]
    if let explanation { add(explanation) }
    if let uncertainty = order.uncertainty { detail.append(("certainty", uncertainty.reason)) }
  }

  private mutating func add(_ denial: Denial) {
    if let value = denial.value { detail.append(("value", value)) }
    if let limit = denial.limit { detail.append(("limit", limit)) }
  }

  func response(requestID: String) -> HTTPResponse {
    var json = JSONWriter()
    json.beginObject()
    json.key("success")
    json.bool(false)
    json.key("order_id")
    if let orderID { json.string(orderID.description) } else { json.null() }
    json.key("error")
    json.string(sentence)
    json.key("code")
    json.string(code)
    json.key("detail")
    json.beginObject()
    for (name, value) in detail {
      json.key(name)
      json.string(value)
    }
    json.endObject()
    json.key("request_id")
    json.string(requestID)
    json.endObject()
    return HTTPResponse(status: status, headers: headers, body: json.bytes)
  }
}
