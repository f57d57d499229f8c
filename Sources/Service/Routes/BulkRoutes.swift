// Many commands in one request: a batch of orders, all cancels, all closes. Each part is a command
// as if it had come alone, with an outcome of its own; the answer waits for all of them.

internal import Network
internal import Plugins
internal import Storage
internal import Trading
internal import Wire

@LoopActor struct BulkRoutes {
  let gateway: Gateway

  /// Orders of one batch: what a book's worth of quotes takes; each waits for its own commit.
  private static let batchMax = 100

  var routes: [Route] {
    [
      Route(.post, "/orders/batch", .trade, submitAll),
      Route(.delete, "/orders", .trade, cancelAll),
      Route(.put, "/positions/close", .trade, closeAll),
    ]
  }

  private var orders: OrderRoutes { OrderRoutes(gateway: gateway) }

  // MARK: Batch

  private func submitAll(_ call: Call) {
    let header = call.request.header("idempotency-key")
    let bodies: [JSONValue]
    do throws(APIError) {
      try BulkRoutes.check(header)
      bodies = try BulkRoutes.orders(of: call.request.body)
    } catch {
      gateway.metrics.refused(error)
      return call.respond(error)
    }
    let outcomes = Outcomes(count: bodies.count, call)
    for (index, body) in bodies.enumerated() {
      do throws(APIError) {
        guard body.kind == .object else {
          throw APIError(status: 422, code: "INVALID_BODY", "An order must be a JSON object.")
        }
        let terms = try OrderBody(
          BodyFields(body),
          idempotencyHeader: header.map { "\($0)/\(index)" },
          account: gateway.account(for:)
        ).terms
        if let refusal = call.budget?.take() { throw refusal }
        gateway.submit(terms, by: call.caller) { reply in
          outcomes.set(index, orders.response(to: reply, call))
        }
      } catch {
        gateway.metrics.refused(error)
        outcomes.set(index, error.response(requestID: call.id.description))
      }
    }
  }

  /// Each order's key is the header's with its place behind it, and has to be a key as well.
  private static func check(_ header: String?) throws(APIError) {
    guard let header, Label(header) == nil || Label("\(header)/\(batchMax)") == nil else { return }
    throw .invalid(
      "INVALID_IDEMPOTENCY_KEY", field: "Idempotency-Key",
      "Idempotency-Key of a batch must be 1 to \(Label.bytesMax - 4) bytes without control "
        + "characters.")
  }

  private static func orders(of body: [UInt8]) throws(APIError) -> [JSONValue] {
    let root = try JSONObject.parse(body)
    guard let list = root["orders"], list.kind == .array else {
      throw .invalid(
        "MISSING_FIELD", field: "orders", "orders must be a list of orders as POST /orders takes.")
    }
    guard (1...batchMax).contains(list.elements.count) else {
      throw .invalid(
        "BATCH_SIZE", field: "orders",
        "A batch is of 1 to \(batchMax) orders, and this one is of \(list.elements.count).")
    }
    return list.elements
  }

  // MARK: Cancel all

  private func cancelAll(_ call: Call) {
    let filter: OrderFilter
    let isProtectiveToo: Bool
    do throws(APIError) {
      filter = try OrderFilter(query: call.request)
      isProtectiveToo = try ListQuery.flag(call.request, "protective")
    } catch {
      return call.respond(error)
    }
    let live = gateway.liveOrders.filter { order in
      !order.state.isSealed && filter.selects(order)
        && (order.terms.purpose != .protect || isProtectiveToo)
    }
    let outcomes = Outcomes(count: live.count, call)
    for (index, order) in live.sorted(by: { $0.id < $1.id }).enumerated() {
      gateway.cancel(.id(order.id), by: call.caller) { reply in
        outcomes.set(index, orders.cancelResponse(to: reply, call))
      }
    }
  }

  // MARK: Close all

  private func closeAll(_ call: Call) {
    let account: AccountID?
    let symbol: Symbol?
    do throws(APIError) {
      account = try ListQuery.account(call.request)
      symbol = try ListQuery.symbol(call.request)
    } catch {
      return call.respond(error)
    }
    let open = gateway.positions.filter { key, position in
      !position.quantity.isZero && (account ?? key.account) == key.account
        && (symbol ?? key.symbol) == key.symbol
    }
    let keys = open.keys.sorted {
      ($0.account.text, $0.symbol.text) < ($1.account.text, $1.symbol.text)
    }
    let outcomes = Outcomes(count: keys.count, call)
    for (index, key) in keys.enumerated() {
      gateway.close(key, by: call.caller) { reply in
        outcomes.set(index, orders.response(to: reply, call))
      }
    }
  }
}

/// The outcomes of the parts of a request, until all are there.
@LoopActor private final class Outcomes {
  private var responses: [HTTPResponse?]
  private var missing: Int
  private let call: Call

  init(count: Int, _ call: Call) {
    responses = Array(repeating: nil, count: count)
    missing = count
    self.call = call
    if count == 0 { respond() }
  }

  func set(_ index: Int, _ response: HTTPResponse) {
    responses[index] = response
    missing -= 1
    if missing == 0 { respond() }
  }

  private func respond() {
    let parts = responses.compactMap { $0 }
    let done = parts.count { (200..<300).contains($0.status) }
    var json = JSONWriter(reserving: 256 + parts.count * 1_024)
    json.beginObject()
    json.member("success", done == parts.count)
    json.member("succeeded", done)
    json.member("failed", parts.count - done)
    json.key("results")
    json.beginArray()
    for part in parts {
      json.beginObject()
      json.member("http_status", part.status)
      json.key("answer")
      json.raw(part.body)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }
}

extension OrderFilter {
  /// Whether the filter picks an order.
  fileprivate func selects(_ order: Order) -> Bool {
    let terms = order.terms
    return (states.isEmpty || states.contains(order.state))
      && (symbol ?? terms.symbol) == terms.symbol && (side ?? terms.side) == terms.side
      && (account ?? terms.account) == terms.account
      && (strategyID == nil || strategyID == terms.labels.strategyID)
      && (parentID == nil || parentID == terms.parent)
      && (since.map { order.createdAt >= $0 } ?? true)
      && (until.map { order.createdAt < $0 } ?? true)
  }
}
