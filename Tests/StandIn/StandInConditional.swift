// Conditional orders of Futures. They are kept apart from orders: when the market reaches the price
// of one, it becomes an order with a client order id of the venue's.

import Trading

/// A conditional order.
struct StandInConditional {
  let id: Int
  let request: StandInRequest
  let createdMilliseconds: Int64
  var updatedMilliseconds: Int64
  /// The venue's word for how it stands, such as `TRIGGERED`.
  var status = "NEW"
  /// The order that it has become.
  var childID: Int?
  /// The best price since a trailing stop began to follow the market; nil before.
  var extremePrice: Decimal?

  /// The type of the order that it becomes.
  var childType: String { request.price == nil ? "MARKET" : "LIMIT" }
}

extension StandInExchange {
  mutating func placeConditional(
    _ request: StandInRequest, at milliseconds: Int64
  ) throws(StandInRefusal) -> StandInConditional {
    guard let market = markets[request.symbol] else {
      throw StandInRefusal(code: -1121, message: "Invalid symbol.")
    }
    guard !conditionals.contains(where: { $0.status == "NEW" && $0.clientID == request.clientID })
    else { throw StandInRefusal(code: -4116, message: "clientOrderId is duplicated") }
    if isElected(request.type, request.isBuy, request.stopPrice, at: market.price) {
      throw StandInRefusal(code: -2021, message: "Order would immediately trigger.")
    }
    var conditional = StandInConditional(
      id: 2_000_001 + conditionals.count, request: request, createdMilliseconds: milliseconds,
      updatedMilliseconds: milliseconds)
    if request.activationPrice == nil { conditional.extremePrice = market.price }
    conditionals.append(conditional)
    tell(conditional.update)
    return conditional
  }

  /// The newest conditional order with a client id.
  func conditional(_ clientID: String) throws(StandInRefusal) -> StandInConditional {
    guard let found = conditionals.last(where: { $0.clientID == clientID }) else {
      throw StandInRefusal(code: -2013, message: "Order does not exist.")
    }
    return found
  }

  mutating func cancelConditional(
    _ clientID: String, at milliseconds: Int64
  ) throws(StandInRefusal) -> StandInConditional {
    guard
      let index = conditionals.lastIndex(where: { $0.clientID == clientID && $0.status == "NEW" })
    else { throw StandInRefusal(code: -2011, message: "Unknown order sent.") }
    move(index, to: "CANCELED", at: milliseconds)
    return conditionals[index]
  }

  private mutating func move(_ index: Int, to status: String, at milliseconds: Int64) {
    conditionals[index].status = status
    conditionals[index].updatedMilliseconds = milliseconds
    tell(conditionals[index].update)
  }

  /// Turns those into orders whose price is reached.
  mutating func triggerConditionals(
    of symbol: String, at price: Decimal, _ milliseconds: Int64
  ) {
    for index in conditionals.indices where conditionals[index].status == "NEW" {
      guard conditionals[index].request.symbol == symbol, isReached(index, at: price) else {
        continue
      }
      trigger(index, at: milliseconds)
    }
  }

  private mutating func isReached(_ index: Int, at price: Decimal) -> Bool {
    let request = conditionals[index].request
    guard let percent = request.callbackPercent else {
      return isElected(request.type, request.isBuy, request.stopPrice, at: price)
    }
    guard let extreme = conditionals[index].extremePrice else {
      let activation = request.activationPrice ?? price
      let isActive = request.isBuy ? !(price > activation) : !(price < activation)
      if isActive { conditionals[index].extremePrice = price }
      return false
    }
    if request.isBuy ? price < extreme : price > extreme {
      conditionals[index].extremePrice = price
      return false
    }
    let offset = extreme * percent * Decimal(units: 1, scale: 2)
    return request.isBuy ? !(price < extreme + offset) : !(price > extreme - offset)
  }

  /// Places the order that a conditional one becomes. What happens to that is told first: nothing
  /// says that the two kinds of events come in the order in which they happened.
  private mutating func trigger(_ index: Int, at milliseconds: Int64) {
    var request = conditionals[index].request
    request.clientID = "algo_child_\(conditionals[index].id)"
    request.type = conditionals[index].childType
    request.stopPrice = nil
    guard let child = try? place(request, at: milliseconds) else {
      return move(index, to: "REJECTED", at: milliseconds)
    }
    conditionals[index].childID = child.id
    move(index, to: "TRIGGERED", at: milliseconds)
    if !child.isOpen { finishConditional(of: child) }
  }

  /// Ends the conditional order that has become an order which is over.
  mutating func finishConditional(of child: StandInOrder) {
    guard let index = conditionals.firstIndex(where: { $0.childID == child.id }),
      conditionals[index].status == "TRIGGERED"
    else { return }
    move(index, to: "FINISHED", at: child.updatedMilliseconds)
  }
}

extension StandInConditional {
  var clientID: String { request.clientID }

  private var commonMembers: [(String, String)] {
    [
      ("algoId", "\(id)"), ("clientAlgoId", quoted(clientID)),
      ("algoType", quoted("CONDITIONAL")), ("orderType", quoted(request.type)),
      ("symbol", quoted(request.symbol)), ("side", quoted(request.isBuy ? "BUY" : "SELL")),
      ("positionSide", quoted("BOTH")), ("timeInForce", quoted(request.timeInForce)),
      ("quantity", quoted(request.quantity)), ("algoStatus", quoted(status)),
      ("triggerPrice", quoted(request.stopPrice)), ("price", quoted(request.price)),
      ("icebergQuantity", quoted("None")), ("selfTradePreventionMode", quoted("EXPIRE_MAKER")),
      ("workingType", quoted("CONTRACT_PRICE")), ("priceMatch", quoted("NONE")),
      ("closePosition", "false"), ("priceProtect", "false"),
      ("reduceOnly", "\(request.isReduceOnly)"), ("createTime", "\(createdMilliseconds)"),
      ("updateTime", "\(updatedMilliseconds)"), ("goodTillDate", "0"),
    ]
  }

  /// The answer to a new one.
  var placedJSON: String {
    object(
      commonMembers + [
        ("activatePrice", request.activationPrice.map { quoted($0) } ?? quoted("")),
        ("callbackRate", request.callbackPercent.map { quoted($0) } ?? quoted("")),
        ("triggerTime", "0"),
      ])
  }

  /// The answer to a question for it.
  var queriedJSON: String {
    object(
      commonMembers + [
        ("actualOrderId", quoted(childID.map { "\($0)" } ?? "")),
        ("actualPrice", quoted("0.00000")),
        ("triggerTime", childID == nil ? "0" : "\(updatedMilliseconds)"),
      ])
  }

  /// The answer to a cancel.
  var canceledJSON: String {
    object([
      ("algoId", "\(id)"), ("clientAlgoId", quoted(clientID)), ("code", quoted("200")),
      ("msg", quoted("success")),
    ])
  }

  /// What the stream tells.
  var update: String {
    let order = object([
      ("caid", quoted(clientID)), ("aid", "\(id)"), ("at", quoted("CONDITIONAL")),
      ("o", quoted(request.type)), ("s", quoted(request.symbol)),
      ("S", quoted(request.isBuy ? "BUY" : "SELL")), ("ps", quoted("BOTH")),
      ("f", quoted(request.timeInForce)), ("q", quoted(request.quantity)), ("X", quoted(status)),
      ("ai", quoted(childID.map { "\($0)" } ?? "")), ("act", quoted(childType)),
      ("tp", quoted(request.stopPrice)), ("p", quoted(request.price)),
      ("R", "\(request.isReduceOnly)"),
    ])
    return object([
      ("e", quoted("ALGO_UPDATE")), ("T", "\(updatedMilliseconds)"),
      ("E", "\(updatedMilliseconds)"), ("o", order),
    ])
  }
}
