// Orders in the words of fks_meta, and what its answers prove. It acknowledges little: an order is
// "pending" from its acceptance on, errors are plain text, and nothing lists orders or trades. What
// proves a trade is a position that carries our mark and has just the order's size.

internal import Trading
internal import Wire

/// Orders as fks_meta takes them.
enum MetaOrders {
  /// The order types that it has a word for.
  static let types: [OrderType] = [.market, .limit, .stop]

  /// The body that places an order. A price has to be there always.
  static func body(of order: Order, _ contract: BridgeContract) -> [UInt8]? {
    guard let lots = contract.lots(order.terms.quantity.amount),
      let word = word(of: order.executedType, order.terms.side)
    else { return nil }
    return JSONWriter.object { json in
      json.key("symbol")
      json.string(contract.name)
      json.key("order_type")
      json.string(word)
      json.key("volume")
      json.number(text: lots.description)
      json.key("price")
      json.number(text: price(of: order)?.description ?? "0")
      json.key("stop_loss")
      json.null()
      json.key("take_profit")
      json.null()
      json.key("comment")
      json.string(BridgeOrderName(id: order.id).mark)
    }
  }

  private static func price(of order: Order) -> Price? {
    order.executedType == .stop ? order.terms.triggerPrice : order.terms.limitPrice
  }

  private static func word(of type: OrderType, _ side: Side) -> String? {
    let isBuy = side == .buy
    return switch type {
    case .market: isBuy ? "OP_BUY" : "OP_SELL"
    case .limit: isBuy ? "OP_BUYLIMIT" : "OP_SELLLIMIT"
    case .stop: isBuy ? "OP_BUYSTOP" : "OP_SELLSTOP"
    case .stopLimit, .takeProfit, .takeProfitLimit, .trailingStop: nil
    }
  }
}

/// What fks_meta has answered.
enum MetaAnswer {
  /// A status of 2xx, and the body if that is JSON.
  case done(status: Int, JSONValue?)
  /// Another status, with the text of the body.
  case error(status: Int, text: String)
  /// Nothing of the request ever left.
  case notSent(reason: String)
  /// It may have arrived.
  case silence(reason: String)

  /// Reads an answer.
  init(status: Int, body: [UInt8]) {
    if (200...299).contains(status) {
      self = .done(status: status, (try? JSONDocument(parsing: body))?.root)
    } else {
      self = .error(
        status: status, text: String(String(decoding: body, as: UTF8.self).prefix(300)))
    }
  }

  /// What it says, for people.
  var reason: String {
    switch self {
    case .done: "fks_meta's answer cannot be read."
    case .error(let status, let text): "fks_meta answered with status \(status): \(text)"
    case .notSent(let reason), .silence(let reason): reason
    }
  }

  /// What came of placing an order.
  func submitOutcome(of order: Order) -> SubmitOutcome {
    switch self {
    case .done(_, let json):
      guard let ticket = json?["ticket"]?.integer, ticket > 0 else {
        return .unknown(reason: reason)
      }
      return .accepted(MetaAnswer.working(order, VenueOrderID("", Int64(ticket))), position: nil)
    case .error(let status, let text):
      guard MetaAnswer.provesRefusal(status: status, text: text) else {
        return .unknown(reason: reason)
      }
      return .rejected(Rejection(code: "META_\(status)", sentence: reason))
    case .notSent(let reason):
      return .rejected(Rejection(code: "VENUE_UNREACHABLE", sentence: reason))
    case .silence(let reason): return .unknown(reason: reason)
    }
  }

  /// What came of deleting an order.
  func cancelOutcome(of order: Order) -> CancelOutcome {
    switch self {
    case .done(204, _):
      return .canceled(
        OrderReport(
          orderID: order.id, venueOrderID: order.venueOrderID, status: .canceled(reason: nil),
          filledQuantity: order.filledQuantity, fills: []))
    case .done, .error, .silence: return .unknown(reason: reason)
    case .notSent(let reason): return .refused(isGone: false, reason: reason)
    }
  }

  /// An order of which nothing is known but that it was taken.
  static func working(_ order: Order, _ venueOrderID: VenueOrderID?) -> OrderReport {
    OrderReport(
      orderID: order.id, venueOrderID: venueOrderID, status: .working,
      filledQuantity: order.filledQuantity, fills: [])
  }

  /// Whether an error proves that there is no order. Status 500 is all that fks_meta has for
  /// failures, also for those after which an order may be there.
  static func provesRefusal(status: Int, text: String) -> Bool {
    switch status {
    // Refused before its handler: the body, its type or its path.
    case 400, 404, 405, 413, 415, 422: return true
    case 500:
      if text.hasPrefix("Not connected to MT5 bridge") || text.hasPrefix("Unknown order type") {
        return true
      }
      guard text.hasPrefix("Order execution failed") else { return false }
      let numbers = text.split { !$0.isNumber }
      return numbers.contains { refusals.contains(String($0)) }
    default: return false
    }
  }

  /// Return codes of a trade server that refuses: requote, reject, invalid request, volume, price
  /// or stops, trade disabled, market closed, no money, price changed, off quotes, invalid expiry,
  /// too many requests, no changes, disabled by server or client, invalid fill, limits. Those for
  /// timeouts, lost connections and errors in between (10011, 10012, 10031) are not among them.
  /// Source: "Trade Server Return Codes" of the MQL5 reference.
  private static let refusals: Set<String> = [
    "10004", "10006", "10013", "10014", "10015", "10016", "10017", "10018", "10019", "10020",
    "10021", "10022", "10024", "10025", "10026", "10027", "10030", "10032", "10033", "10034",
  ]
}

/// A position as fks_meta states it.
struct MetaPosition: Equatable {
  let ticket: Int
  let symbol: String
  let isLong: Bool
  let lots: Decimal
  let openPrice: Price
  let commission: Decimal
  let comment: String
  let openedAt: Timestamp

  /// Nil if it cannot be read.
  init?(_ json: JSONValue) {
    guard let ticket = json["ticket"]?.integer, let symbol = json.text("symbol"),
      let type = json.text("position_type"), ["OP_BUY", "OP_SELL"].contains(type),
      let volume = json.decimal("volume"), volume.isPositive,
      let price = json.price("price_open"), let commission = json.decimal("commission"),
      let seconds = json["time_open"]?.integer, (1..<253_402_300_800).contains(seconds)
    else { return nil }
    self.ticket = ticket
    self.symbol = symbol
    isLong = type == "OP_BUY"
    // It went through binary fractions: 0.3 may be 0.30000000000000004.
    lots = volume.rounded(toScale: MetaPosition.lotsScale)
    openPrice = price
    self.commission = commission
    comment = json.text("comment") ?? ""
    openedAt = Timestamp(microseconds: Int64(seconds) * 1_000_000)
  }

  private static let lotsScale: UInt8 = 8

  /// Reads a list; nil if one of them cannot be read.
  static func list(_ json: JSONValue?) -> [MetaPosition]? {
    guard let json, json.kind == .array else { return nil }
    let positions = json.elements.compactMap { MetaPosition($0) }
    return positions.count == json.elements.count ? positions : nil
  }

  /// The signed lots.
  var signedLots: Decimal { isLong ? lots : -lots }
}

extension [MetaPosition] {
  /// The proof that all of an order was traded: one position with its mark, its direction and just
  /// its size. A position of another size has been added to or closed in part, so that neither
  /// quantity nor price of this order can be told from it.
  func proof(of order: Order, _ contract: BridgeContract, feeAsset: Asset) -> OrderReport? {
    let mark = BridgeOrderName(id: order.id).mark
    let marked = filter { $0.comment == mark && $0.symbol == contract.name }
    guard marked.count == 1, let position = marked.first,
      position.isLong == (order.terms.side == .buy),
      contract.quantity(lots: position.lots) == order.terms.quantity.amount
    else { return nil }
    let fill = Fill(
      tradeID: TradeID("position-", Int64(position.ticket)), quantity: order.terms.quantity,
      price: position.openPrice, fee: -position.commission, feeAsset: feeAsset, isMaker: false,
      tradedAt: position.openedAt)
    return OrderReport(
      orderID: order.id, venueOrderID: order.venueOrderID, status: .filled,
      filledQuantity: order.terms.quantity, fills: [fill])
  }
}
