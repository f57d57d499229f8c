// An order as the signal that the strategy in NinjaTrader takes: a limit entry of one contract, and
// a target and a stop in ticks. What it would silently do otherwise is refused before it leaves.

internal import Trading
internal import Wire

/// Why an order cannot be a signal.
struct NinjaRefusal: Error, Equatable {
  let code: String
  let sentence: String
}

/// A signal.
struct NinjaSignal: Equatable {
  let side: Side
  /// The instrument by NinjaTrader's name.
  let instrument: String
  let price: Price
  /// The target's distance in ticks; 0 for none.
  let targetTicks: Int
  /// The stop's distance in ticks; 0 for none.
  let stopTicks: Int

  /// What the far side takes, in ticks; it drops a signal beyond without a word.
  static let ticksMax = 500
  /// What the socket's single read takes.
  static let bytesMax = 2_048

  init(_ order: Order, of contract: BridgeContract) throws(NinjaRefusal) {
    let terms = order.terms
    guard terms.quantity.amount == contract.size else {
      throw NinjaRefusal(
        code: "NINJA_ONE_CONTRACT",
        sentence: "The far side always trades one contract, which is \(contract.size) of "
          + "\(contract.symbol), but the order is for \(terms.quantity); nothing was sent.")
    }
    guard order.executedType == .limit, let price = terms.limitPrice else {
      throw NinjaRefusal(
        code: "NINJA_NEEDS_LIMIT",
        sentence: "The far side enters with limit orders only; send a LIMIT with a price. Nothing "
          + "was sent.")
    }
    side = terms.side
    instrument = contract.name
    self.price = price
    let isBuy = terms.side == .buy
    func ticks(
      _ goal: Price?, _ name: String, above isAbove: Bool
    ) throws(NinjaRefusal) -> Int {
      guard let goal else { return 0 }
      let distance = isAbove ? goal.amount - price.amount : price.amount - goal.amount
      let ticks = Decimal.quotient(distance, over: contract.instrument.tickSize, scale: 0)
      guard distance.isPositive, ticks * contract.instrument.tickSize == distance,
        ticks <= Decimal(NinjaSignal.ticksMax), let count = Int(ticks.description)
      else {
        throw NinjaRefusal(
          code: "NINJA_TICKS",
          sentence:
            "The \(name) \(goal) must be \(isAbove ? "above" : "below") the price \(price), "
            + "by 1 to \(NinjaSignal.ticksMax) whole ticks of \(contract.instrument.tickSize); "
            + "nothing was sent.")
      }
      return count
    }
    targetTicks = try ticks(terms.takeProfit, "take_profit", above: isBuy)
    stopTicks = try ticks(terms.stopLoss, "stop_loss", above: !isBuy)
  }

  /// One JSON object with both spellings of each name: a reader in C# knows the one, a service in
  /// Python the other, and both ignore what they do not know.
  ///
  /// - Parameter quantity: The contracts, where the far side looks at them.
  func json(quantity: Int? = nil) -> [UInt8] {
    JSONWriter.object { json in
      for name in ["action", "Action"] {
        json.key(name)
        json.string(side == .buy ? "buy" : "sell")
      }
      for name in ["instrument", "Instrument"] {
        json.key(name)
        json.string(instrument)
      }
      for name in ["price", "Price"] {
        json.key(name)
        json.number(text: price.description)
      }
      if let quantity {
        json.key("quantity")
        json.integer(quantity)
      }
      for name in ["tp_points", "TPPoints"] {
        json.key(name)
        json.integer(targetTicks)
      }
      for name in ["sl_points", "SLPoints"] {
        json.key(name)
        json.integer(stopTicks)
      }
    }
  }
}

/// What fks_ninja has answered.
enum NinjaAnswer: Equatable {
  /// There is nothing at this path, so nothing was done.
  case noSuchPath
  /// It has the signal, under this id.
  case accepted(VenueOrderID)
  /// It proved that it does not have it.
  case refused(code: String, reason: String)
  /// Nobody knows.
  case unknown(reason: String)

  /// Reads an answer.
  init(status: Int, body: [UInt8]) {
    let json = (try? JSONDocument(parsing: body))?.root
    let error = json?.text("error") ?? json?.text("detail") ?? ""
    switch status {
    case 200...299:
      let id = json.flatMap { $0.text("order_id") ?? $0["order_id"]?.numberText }
      switch (json?["success"]?.bool, id.flatMap({ VenueOrderID($0) })) {
      case (true, let id?): self = .accepted(id)
      case (false, _): self = .refused(code: "NINJA_REFUSED", reason: error)
      case (true, nil), (nil, _):
        self = .unknown(reason: "fks_ninja's answer does not say success with an order_id.")
      }
    case 404, 405: self = .noSuchPath
    // Refused before its handler.
    case 400, 401, 403, 413, 415, 422, 429:
      self = .refused(code: "NINJA_\(status)", reason: error)
    default:
      self = .unknown(reason: "fks_ninja answered with status \(status). \(error)")
    }
  }
}
