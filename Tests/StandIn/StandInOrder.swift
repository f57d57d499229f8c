// Orders and trades as the stand-in keeps them, and their JSON in the shapes of Binance Spot.

import Trading

/// A trade of an order.
struct StandInTrade {
  let id: Int
  let price: Decimal
  let quantity: Decimal
  let fee: Decimal
  let feeAsset: String
  let milliseconds: Int64
  let isMaker: Bool
}

/// An order.
struct StandInOrder {
  let id: Int
  let clientID: String
  let symbol: String
  let isBuy: Bool
  /// The venue's word for it, such as `STOP_LOSS_LIMIT`.
  let type: String
  let timeInForce: String
  let quantity: Decimal
  let price: Decimal?
  let stopPrice: Decimal?
  let isReduceOnly: Bool
  /// When it is over, in milliseconds since 1970.
  let goodTillMilliseconds: Int64?
  /// The price by which balance is held back for it.
  let heldPrice: Decimal
  let createdMilliseconds: Int64

  var updatedMilliseconds: Int64
  var status = "NEW"
  /// Whether it is on the book; a stop is not before it is triggered.
  var isWorking: Bool
  var trades: [StandInTrade] = []

  init(
    id: Int, _ request: StandInRequest, heldPrice: Decimal, createdMilliseconds: Int64
  ) {
    self.id = id
    clientID = request.clientID
    symbol = request.symbol
    isBuy = request.isBuy
    type = request.type
    timeInForce = request.timeInForce
    quantity = request.quantity
    price = request.price
    stopPrice = request.stopPrice
    isReduceOnly = request.isReduceOnly
    goodTillMilliseconds = request.goodTillMilliseconds
    self.heldPrice = heldPrice
    self.createdMilliseconds = createdMilliseconds
    updatedMilliseconds = createdMilliseconds
    isWorking = request.stopPrice == nil
  }

  var executed: Decimal { trades.reduce(.zero) { $0 + $1.quantity } }
  var leaves: Decimal { quantity - executed }
  var quoteExecuted: Decimal { trades.reduce(.zero) { $0 + $1.quantity * $1.price } }
  var isOpen: Bool { status == "NEW" || status == "PARTIALLY_FILLED" }
  var side: String { isBuy ? "BUY" : "SELL" }

  private var commonMembers: [(String, String)] {
    [
      ("symbol", quoted(symbol)), ("orderId", "\(id)"), ("orderListId", "-1"),
      ("price", quoted(price)), ("origQty", quoted(quantity)), ("executedQty", quoted(executed)),
      ("origQuoteOrderQty", quoted(Decimal.zero)),
      ("cummulativeQuoteQty", quoted(quoteExecuted)), ("status", quoted(status)),
      ("timeInForce", quoted(timeInForce)), ("type", quoted(type)), ("side", quoted(side)),
      ("stopPrice", quoted(stopPrice)), ("selfTradePreventionMode", quoted("NONE")),
    ]
  }

  /// The answer to a new order, in full.
  var placedJSON: String {
    let fills = trades.map { trade in
      object([
        ("price", quoted(trade.price)), ("qty", quoted(trade.quantity)),
        ("commission", quoted(trade.fee)), ("commissionAsset", quoted(trade.feeAsset)),
        ("tradeId", "\(trade.id)"),
      ])
    }
    return object(
      commonMembers + [
        ("clientOrderId", quoted(clientID)), ("transactTime", "\(updatedMilliseconds)"),
        ("fills", array(fills)),
      ])
  }

  /// The answer to a question for the order.
  var queriedJSON: String {
    object(
      commonMembers + [
        ("clientOrderId", quoted(clientID)), ("icebergQty", quoted(Decimal.zero)),
        ("time", "\(createdMilliseconds)"), ("updateTime", "\(updatedMilliseconds)"),
        ("isWorking", "\(isWorking)"),
      ])
  }

  /// The answer to a cancel, which has a client order id of its own.
  func canceledJSON(cancelID: String) -> String {
    object(
      commonMembers + [
        ("origClientOrderId", quoted(clientID)), ("clientOrderId", quoted(cancelID)),
        ("transactTime", "\(updatedMilliseconds)"),
      ])
  }

  /// The trades as the account's list has them.
  var tradeListJSON: [String] {
    trades.map { trade in
      object([
        ("symbol", quoted(symbol)), ("id", "\(trade.id)"), ("orderId", "\(id)"),
        ("orderListId", "-1"), ("price", quoted(trade.price)), ("qty", quoted(trade.quantity)),
        ("quoteQty", quoted(trade.price * trade.quantity)), ("commission", quoted(trade.fee)),
        ("commissionAsset", quoted(trade.feeAsset)), ("time", "\(trade.milliseconds)"),
        ("isBuyer", "\(isBuy)"), ("isMaker", "\(trade.isMaker)"), ("isBestMatch", "true"),
      ])
    }
  }

  /// What the user data stream tells, about the last trade if `kind` is `TRADE`.
  func executionReport(_ kind: String, cancelID: String? = nil) -> String {
    let trade = kind == "TRADE" ? trades.last : nil
    return object([
      ("e", quoted("executionReport")), ("E", "\(updatedMilliseconds)"), ("s", quoted(symbol)),
      ("c", quoted(cancelID ?? clientID)), ("S", quoted(side)), ("o", quoted(type)),
      ("f", quoted(timeInForce)), ("q", quoted(quantity)), ("p", quoted(price)),
      ("P", quoted(stopPrice)), ("F", quoted(Decimal.zero)), ("g", "-1"),
      ("C", quoted(cancelID == nil ? "" : clientID)), ("x", quoted(kind)), ("X", quoted(status)),
      ("r", quoted("NONE")), ("i", "\(id)"), ("l", quoted(trade?.quantity)),
      ("z", quoted(executed)), ("L", quoted(trade?.price)), ("n", quoted(trade?.fee)),
      ("N", trade.map { quoted($0.feeAsset) } ?? "null"), ("T", "\(updatedMilliseconds)"),
      ("t", "\(trade?.id ?? -1)"), ("w", "\(isWorking)"),
      ("m", "\(trade?.isMaker ?? false)"), ("O", "\(createdMilliseconds)"),
      ("Z", quoted(quoteExecuted)), ("V", quoted("NONE")),
    ])
  }
}
