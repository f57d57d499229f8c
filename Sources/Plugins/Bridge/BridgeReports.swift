// Orders, trades, positions, balances and prices as a terminal states them, in our terms. An order
// that cannot be read is nil, and the caller takes it for silence.

internal import Trading
internal import Wire

extension OrderReport {
  /// Reads an order of ours.
  init?(bridge json: JSONValue, of contracts: BridgeContracts) {
    guard let id = json.text("id").flatMap({ OrderID(text: $0) }),
      let contract = json.text("symbol").flatMap({ contracts[name: $0] }),
      let filled = json.quantity("filled_lots", of: contract),
      let status = VenueOrderStatus(bridge: json),
      let list = json["fills"], list.kind == .array
    else { return nil }
    let fills = list.elements.compactMap { Fill(bridge: $0, of: contract) }
    guard fills.count == list.elements.count else { return nil }
    self.init(
      orderID: id, venueOrderID: json.text("venue_id").flatMap { VenueOrderID($0) },
      status: status, filledQuantity: filled, fills: fills)
  }

  /// Reads a list of orders of ours; nil if one of them cannot be read.
  static func list(bridge json: JSONValue?, of contracts: BridgeContracts) -> [OrderReport]? {
    guard let json, json.kind == .array else { return nil }
    let orders = json.elements.compactMap { OrderReport(bridge: $0, of: contracts) }
    return orders.count == json.elements.count ? orders : nil
  }
}

extension VenueOrderStatus {
  fileprivate init?(bridge json: JSONValue) {
    let reason = json.text("reason").flatMap { $0.isEmpty ? nil : $0 }
    switch json.text("status") {
    case "working": self = .working
    case "triggered": self = .triggered
    case "suspended": self = .suspended(reason: reason)
    case "filled": self = .filled
    case "canceled": self = .canceled(reason: reason)
    case "expired": self = .expired(reason: reason)
    case "rejected": self = .rejected(Rejection(bridge: json))
    default: return nil
    }
  }
}

extension Rejection {
  /// A refusal with the terminal's code, which is its platform's, such as `MT5_10019`.
  init(bridge json: JSONValue) {
    let code = json.text("code") ?? ""
    let isCode =
      (1...40).contains(code.utf8.count)
      && code.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
    let reason = json.text("reason") ?? ""
    self.init(
      code: isCode ? code : "TERMINAL_REFUSED",
      sentence: "The terminal refused the order: "
        + (reason.isEmpty ? "it gave no reason." : String(reason.prefix(300))))
  }
}

extension Fill {
  fileprivate init?(bridge json: JSONValue, of contract: BridgeContract) {
    guard let tradeID = json.text("trade_id").flatMap({ TradeID($0) }),
      let quantity = json.quantity("lots", of: contract), !quantity.isZero,
      let price = json.price("price"), let fee = json.decimal("fee"),
      let feeAsset = json.text("fee_currency").flatMap({ Asset($0) }),
      let tradedAt = json.moment("time_ms")
    else { return nil }
    self.init(
      tradeID: tradeID, quantity: quantity, price: price, fee: fee, feeAsset: feeAsset,
      isMaker: json["maker"]?.bool ?? false, tradedAt: tradedAt)
  }
}

extension ExternalOrder {
  /// Reads orders of others. Those of what is not traded here are left out.
  static func list(bridge json: JSONValue, of contracts: BridgeContracts) -> [ExternalOrder] {
    json.elements.compactMap { order in
      guard let id = order.text("venue_id").flatMap({ VenueOrderID($0) }),
        let contract = order.text("symbol").flatMap({ contracts[name: $0] }),
        let side = order.text("side").flatMap({ Side(rawValue: $0) }),
        let leaves = order.quantity("lots", of: contract)
      else { return nil }
      return ExternalOrder(
        venueOrderID: id, symbol: contract.symbol, side: side, leavesQuantity: leaves)
    }
  }
}

extension PositionReport {
  /// Reads a list of signed positions; nil if one of them cannot be read. Those of what is not
  /// traded here are left out.
  static func list(bridge json: JSONValue?, of contracts: BridgeContracts) -> [PositionReport]? {
    guard let json, json.kind == .array else { return nil }
    var positions: [PositionReport] = []
    for position in json.elements {
      guard let name = position.text("symbol"), let lots = position.decimal("lots") else {
        return nil
      }
      guard let contract = contracts[name: name] else { continue }
      guard let quantity = contract.quantity(lots: lots) else { return nil }
      positions.append(PositionReport(symbol: contract.symbol, quantity: quantity))
    }
    return positions
  }
}

extension Balance {
  /// Reads a list of balances; nil if one of them cannot be read.
  static func list(bridge json: JSONValue?) -> [Balance]? {
    guard let json, json.kind == .array else { return nil }
    let balances = json.elements.compactMap { balance -> Balance? in
      guard let asset = balance.text("currency").flatMap({ Asset($0) }),
        let free = balance.decimal("free"), let locked = balance.decimal("locked")
      else { return nil }
      return Balance(asset: asset, free: free, locked: locked)
    }
    return balances.count == json.elements.count ? balances : nil
  }
}

extension MarketData {
  /// The oldest that a price can be said to be: so long ago that nobody asks how much longer.
  private static let ageMaxMilliseconds = 1_000_000_000

  /// Reads best prices that were told just now. What is not traded here, or has no price, is left
  /// out. A terminal says how old a price is, and not when it came: its clock may be another one.
  static func list(
    bridge json: JSONValue, of contracts: BridgeContracts, at now: Timestamp
  ) -> [MarketData] {
    json.elements.compactMap { price in
      guard let contract = price.text("symbol").flatMap({ contracts[name: $0] }),
        let bid = price.price("bid"), let ask = price.price("ask"),
        let middle = Price(
          Decimal.quotient(bid.amount + ask.amount, over: Decimal(2), scale: Position.priceScale))
      else { return nil }
      let age = min(max(0, price["age_ms"]?.integer ?? 0), ageMaxMilliseconds)
      // A terminal tells prices and no quantities, so there is no book.
      return MarketData(
        symbol: contract.symbol, last: middle,
        quotedAt: now.adding(milliseconds: -Int64(age)))
    }
  }
}

extension JSONValue {
  /// A member that counts lots, as a quantity of the base asset.
  fileprivate func quantity(_ name: StaticString, of contract: BridgeContract) -> Quantity? {
    decimal(name).flatMap { contract.quantity(lots: $0) }.flatMap { Quantity($0) }
  }
}
