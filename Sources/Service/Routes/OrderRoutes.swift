// Orders over HTTP: submit, list, look at, cancel.

internal import Network
internal import Plugins
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor struct OrderRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.post, "/orders", .trade, submit),
      Route(.get, "/orders", .read, list),
      Route(.get, "/orders/{id}", .read, show),
      Route(.get, "/orders/{id}/events", .read, events),
      Route(.put, "/orders/{id}", .trade, replace),
      Route(.put, "/orders/{id}/cancel", .trade, cancel),
      Route(.delete, "/orders/{id}", .trade, cancel),
    ]
  }

  /// What an order's answer takes, which still fits the allocator's cache of small pieces.
  private static let answerBytes = 992

  // MARK: Submit

  private func submit(_ call: Call) {
    do throws(APIError) {
      let body = try OrderBody(
        call.request.body, idempotencyHeader: call.request.header("idempotency-key"),
        account: gateway.account(for:))
      gateway.metrics.validated(nanoseconds: call.elapsedNanoseconds)
      if let refusal = call.budget?.take() { throw refusal }
      gateway.submit(body.terms, by: call.caller) { reply in
        if case .refused(let refusal) = reply, refusal.denial.code == "CIRCUIT_OPEN" {
          gateway.metrics.venues.breakerRefused(body.terms.account)
        }
        answer(call, reply)
      }
    } catch {
      gateway.metrics.refused(error)
      call.respond(error)
    }
  }

  func answer(_ call: Call, _ reply: Reply) { call.respond(response(to: reply, call)) }

  /// What a submission is answered.
  func response(to reply: Reply, _ call: Call) -> HTTPResponse {
    let status: Int
    let order: Order
    switch reply {
    case .created(let made): (status, order) = (201, made)
    case .repeated(let earlier): (status, order) = (200, earlier)
    case .pending(let open): (status, order) = (202, open)
    case .rejected(let refused):
      count(call, refused)
      return APIError(rejected: refused).response(requestID: call.id.description)
    case .refused(let refusal):
      return APIError(refusal).response(requestID: call.id.description)
    case .canceled(let ended), .notCanceled(let ended, _): (status, order) = (200, ended)
    case .replaced(let changed): (status, order) = (200, changed)
    case .tradingState: return HTTPFailure.unanswered.response
    }
    count(call, order)
    var json = JSONWriter(reserving: OrderRoutes.answerBytes)
    json.beginObject()
    json.member("success", true)
    json.members(
      of: order, status: order.state == .settled ? OrderState.filled.status : nil)
    // Callers of earlier versions read it; nothing is left to warn of.
    json.key("warnings")
    json.beginArray()
    json.endArray()
    json.endObject()
    return HTTPResponse(status: status, body: json.bytes)
  }

  private func count(_ call: Call, _ order: Order) {
    gateway.metrics.answered(order, nanoseconds: call.elapsedNanoseconds)
    gateway.log.debug(
      "An order was answered.",
      [
        ("request_id", call.id.description), ("order_id", order.id.description),
        ("client_order_id", order.terms.clientOrderID?.text ?? ""),
        ("state", order.state.rawValue), ("caller", call.principal.name),
      ])
  }

  // MARK: Replace

  private func replace(_ call: Call) {
    guard let reference = OrderReference(path: call.parameters[0]) else {
      return call.respond(OrderRoutes.noOrder(call.parameters[0]))
    }
    do throws(APIError) {
      let change = try OrderChange(BodyFields(call.request.body))
      gateway.replace(reference, change, by: call.caller) { reply in
        switch reply {
        case .replaced(let order), .created(let order), .repeated(let order),
          .canceled(let order), .notCanceled(let order, _):
          respond(call, 200, order)
        case .pending(let order): respond(call, 202, order)
        case .rejected(let order): call.respond(APIError(rejected: order))
        case .refused(let refusal): call.respond(APIError(refusal))
        case .tradingState: call.respond(HTTPFailure.unanswered.response)
        }
      }
    } catch {
      gateway.metrics.refused(error)
      call.respond(error)
    }
  }

  // MARK: Cancel

  private func cancel(_ call: Call) {
    guard let reference = OrderReference(path: call.parameters[0]) else {
      return call.respond(OrderRoutes.noOrder(call.parameters[0]))
    }
    gateway.cancel(reference, by: call.caller) { reply in
      call.respond(cancelResponse(to: reply, call))
    }
  }

  /// What a cancel is answered.
  func cancelResponse(to reply: Reply, _ call: Call) -> HTTPResponse {
    gateway.metrics.cancelAnswered(nanoseconds: call.elapsedNanoseconds)
    let requestID = call.id.description
    switch reply {
    case .canceled(let order), .created(let order), .repeated(let order), .replaced(let order):
      return response(200, order)
    case .pending(let order): return response(202, order)
    case .notCanceled(let order, let reason):
      var error = APIError(
        status: 409, code: order.state.isSealed ? "ORDER_ENDED" : "CANCEL_REFUSED", reason)
      error.orderID = order.id
      error.detail = [("status", order.state.status), ("state", order.state.rawValue)]
      return error.response(requestID: requestID)
    case .rejected(let order): return APIError(rejected: order).response(requestID: requestID)
    case .refused(let refusal): return APIError(refusal).response(requestID: requestID)
    case .tradingState: return HTTPFailure.unanswered.response
    }
  }

  func respond(_ call: Call, _ status: Int, _ order: Order) {
    call.respond(response(status, order))
  }

  private func response(_ status: Int, _ order: Order) -> HTTPResponse {
    var json = JSONWriter(reserving: OrderRoutes.answerBytes)
    json.beginObject()
    json.member("success", true)
    json.members(of: order)
    json.endObject()
    return HTTPResponse(status: status, body: json.bytes)
  }

  static func noOrder(_ name: String) -> APIError {
    APIError(
      status: 404, code: "ORDER_NOT_FOUND",
      "There is no order \(String(name.prefix(80)).debugDescription).")
  }

  // MARK: Look

  private func show(_ call: Call) {
    guard let reference = OrderReference(path: call.parameters[0]) else {
      return call.respond(OrderRoutes.noOrder(call.parameters[0]))
    }
    if let order = gateway.liveOrder(reference) { return respond(call, 200, order) }
    LoopActor.task {
      let found = await gateway.read { (reader) throws(StoreError) in try reader.order(reference) }
      switch found {
      case .success(let order?): respond(call, 200, order)
      case .success(nil): call.respond(OrderRoutes.noOrder(call.parameters[0]))
      case .failure(let error): call.respond(APIError(error))
      }
    }
  }

  private func events(_ call: Call) {
    guard let reference = OrderReference(path: call.parameters[0]) else {
      return call.respond(OrderRoutes.noOrder(call.parameters[0]))
    }
    LoopActor.task {
      let found = await gateway.read { (reader) throws(StoreError) -> (OrderID, [RecordedEntry])? in
        guard let order = try reader.order(reference) else { return nil }
        return (order.id, try reader.entries(of: order.id))
      }
      switch found {
      case .success((let id, let entries)?):
        var json = JSONWriter(reserving: 2_048)
        json.beginObject()
        json.member("order_id", id.description)
        json.key("events")
        json.beginArray()
        for entry in entries { json.events(of: entry) }
        json.endArray()
        json.endObject()
        call.respond(HTTPResponse(status: 200, body: json.bytes))
      case .success(nil): call.respond(OrderRoutes.noOrder(call.parameters[0]))
      case .failure(let error): call.respond(APIError(error))
      }
    }
  }

  private func list(_ call: Call) {
    let filter: OrderFilter
    do throws(APIError) {
      filter = try OrderFilter(query: call.request)
    } catch {
      return call.respond(error)
    }
    gateway.answerPage(call) { (reader) throws(StoreError) in
      try reader.orders(filter)
    } writing: { orders in
      var json = JSONWriter(reserving: 512 + orders.count * 900)
      json.beginObject()
      json.key("orders")
      json.beginArray()
      for order in orders {
        json.beginObject()
        json.members(of: order)
        json.endObject()
      }
      json.endArray()
      json.member("next", orders.count == filter.limit ? orders.last?.id.description : nil)
      json.endObject()
      return json.bytes
    }
  }
}

extension OrderReference {
  /// An order as a path names it: our id, or the caller's.
  init?(path text: String) {
    if let id = OrderID(text: text) {
      self = .id(id)
    } else if let id = ClientOrderID(text) {
      self = .client(id)
    } else {
      return nil
    }
  }
}

extension APIError {
  /// The error that a failed read of the store is.
  init(_ error: StoreError) {
    let isGone = error.code == "JOURNAL_PRUNED"
    self.init(status: isGone ? 410 : 503, code: error.code, error.description)
    if !isGone { headers = [("Retry-After", "1")] }
  }
}

extension OrderChange {
  /// What a body wants changed; at least one thing.
  init(_ fields: BodyFields) throws(APIError) {
    self.init(
      quantity: try fields.quantity("quantity"), limitPrice: try fields.price("price"),
      triggerPrice: try fields.first(of: ["stop_price", "trigger_price"], fields.price)?.value)
    guard self != OrderChange() else {
      throw .invalid(
        "MISSING_FIELD", field: "quantity",
        "Nothing is to be changed: send quantity, price or stop_price.")
    }
  }
}
