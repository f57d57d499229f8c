// The outcome of an order in the words of somebody who has looked at the venue, for venues that
// tell nothing. The rule to keep: where the venue says what became of an order, nobody else does.

internal import Network
internal import Plugins
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor struct OutcomeRoutes {
  let gateway: Gateway

  var routes: [Route] { [Route(.put, "/orders/{id}/outcome", .admin, state)] }

  private func state(_ call: Call) {
    do throws(APIError) {
      let order = try order(call)
      let statement = try OutcomeStatement(BodyFields(call.request.body), about: order)
      guard let asset = gateway.instrument(order.terms.positionKey)?.quoteAsset else {
        throw OutcomeRoutes.notReady
      }
      let report = statement.report(by: call.principal.name, feeAsset: asset, at: Gateway.now)
      gateway.log.warning(
        "The outcome of an order was stated.",
        [
          ("order_id", order.id.description), ("by", call.principal.name),
          ("status", statement.status.rawValue), ("reason", statement.reason),
        ])
      gateway.state(report, by: call.caller) { answer(call, $0) }
    } catch {
      call.respond(error)
    }
  }

  /// The order, if its outcome can be stated.
  private func order(_ call: Call) throws(APIError) -> Order {
    guard let reference = OrderReference(path: call.parameters[0]),
      let order = gateway.liveOrder(reference)
    else {
      var error = OrderRoutes.noOrder(call.parameters[0])
      error.sentence += " Only an order that has not ended can be stated."
      throw error
    }
    let plugin = gateway.registry.instance(order.terms.account)
    guard plugin?.capabilities.tellsOutcomes == false else {
      throw OutcomeRoutes.conflict(
        order, "VENUE_DECIDES",
        "\(order.terms.account) tells itself what becomes of its orders, so nobody else does. "
          + "Look at GET /orders/\(order.id), and cancel it if it is to end.")
    }
    switch order.state {
    case .unknown, .working, .partiallyFilled, .pendingCancel: return order
    case .received, .held, .submitting, .triggered, .suspended, .pendingReplace:
      throw OutcomeRoutes.conflict(
        order, "OUTCOME_UNKNOWN", "The order is still being sent. Ask again in a moment.")
    case .denied, .rejected, .filled, .settled, .canceled, .expired, .notFound, .replaced:
      throw OutcomeRoutes.conflict(
        order, "ORDER_ENDED", "The order has ended as \(order.state.rawValue).")
    }
  }

  private static var notReady: APIError {
    var error = APIError(
      status: 503, code: "NOT_READY",
      "The instrument of the order is not known yet; nothing was changed. Ask again.")
    error.headers = [("Retry-After", "1")]
    return error
  }

  private static func conflict(_ order: Order, _ code: String, _ sentence: String) -> APIError {
    var error = APIError(status: 409, code: code, sentence)
    error.orderID = order.id
    error.detail = [("status", order.state.status), ("state", order.state.rawValue)]
    return error
  }

  private func answer(_ call: Call, _ reply: Reply) {
    switch reply {
    case .created(let order), .repeated(let order), .rejected(let order), .canceled(let order),
      .notCanceled(let order, _), .replaced(let order):
      OrderRoutes(gateway: gateway).respond(call, 200, order)
    case .pending(let order): OrderRoutes(gateway: gateway).respond(call, 202, order)
    case .refused(let refusal): call.respond(APIError(refusal))
    case .tradingState: call.respond(HTTPFailure.unanswered.response)
    }
  }
}

/// What somebody says became of an order.
struct OutcomeStatement {
  enum Status: String, CaseIterable {
    /// All of it was traded.
    case filled = "FILLED"
    /// It has ended, with what was traded of it, if anything.
    case cancelled = "CANCELLED"
    /// The venue never took it.
    case rejected = "REJECTED"
  }

  let status: Status
  let reason: String
  private let order: Order
  /// How much was traded in all.
  private let filledQuantity: Quantity
  /// What was paid for what is not recorded yet of it; nil if all is.
  private let averagePrice: Price?

  init(_ fields: BodyFields, about order: Order) throws(APIError) {
    self.order = order
    status = try fields.word(
      ["status"], code: "INVALID_STATUS", Status.self, aliases: ["CANCELED": .cancelled])
    reason = try TradingStateRoutes.reason(try fields.text("reason"))
    let stated = try fields.quantity("filled_quantity")
    averagePrice = try fields.price("average_price")
    let recorded = order.filledQuantity
    filledQuantity = stated ?? (status == .filled ? order.terms.quantity : recorded)
    let isPossible =
      switch status {
      case .filled: filledQuantity == order.terms.quantity
      case .cancelled: filledQuantity >= recorded && filledQuantity < order.terms.quantity
      case .rejected: filledQuantity.isZero
      }
    guard isPossible else {
      throw .invalid(
        "INVALID_QUANTITY", field: "filled_quantity",
        "\(recorded) of \(order.terms.quantity) is recorded as traded, which does not go with "
          + "\(status.rawValue) and \(filledQuantity).")
    }
    guard averagePrice != nil || filledQuantity == recorded else {
      throw .invalid(
        "MISSING_PRICE", field: "average_price",
        "average_price has to say what was paid for what is not recorded yet.")
    }
  }

  /// The statement as a venue would say it. The same statement twice counts once.
  func report(by author: String, feeAsset: Asset, at now: Timestamp) -> OrderReport {
    var fills: [Fill] = []
    if let averagePrice, let tradeID = TradeID("stated-\(order.id)-\(filledQuantity)"),
      filledQuantity > order.filledQuantity
    {
      fills = [
        Fill(
          tradeID: tradeID, quantity: filledQuantity - order.filledQuantity, price: averagePrice,
          fee: .zero, feeAsset: feeAsset, isMaker: false, tradedAt: now)
      ]
    }
    let sentence = "Stated by \(author): \(reason)"
    let status: VenueOrderStatus =
      switch self.status {
      case .filled: .filled
      case .cancelled: .canceled(reason: sentence)
      case .rejected: .rejected(Rejection(code: "STATED_REJECTED", sentence: sentence))
      }
    return OrderReport(
      orderID: order.id, venueOrderID: order.venueOrderID, status: status,
      filledQuantity: filledQuantity, fills: fills)
  }
}
