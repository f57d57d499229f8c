// A position is the sum of its fills and nothing else. It keeps the cost of what is open rather
// than an average price, so that closing it leaves no rounding behind: over a round trip the
// realized profit is exactly the cash that moved.

/// Which position: an instrument on an account.
public struct PositionKey: Hashable, Sendable {
  /// The account.
  public let account: AccountID
  /// The instrument.
  public let symbol: Symbol

  /// A key from its parts.
  @inlinable
  public init(account: AccountID, symbol: Symbol) {
    self.account = account
    self.symbol = symbol
  }
}

/// The position in one instrument on one account.
public struct Position: Equatable, Sendable {
  /// Signed size in the base asset: above nothing is long, below is short.
  public private(set) var quantity = Decimal.zero
  /// What the open quantity cost in the quote asset, with the sign of `quantity`.
  public private(set) var openCost = Decimal.zero
  /// Profit of what was closed, without fees, in the quote asset.
  public private(set) var realizedPnL = Decimal.zero
  /// Fees paid, one amount an asset; rebates count against them.
  public private(set) var fees: [Fee] = []
  /// When the last fill was recorded.
  public private(set) var updatedAt: Timestamp

  /// Fees in one asset.
  public struct Fee: Equatable, Sendable {
    /// The asset.
    public var asset: Asset
    /// The sum of the fees.
    public var amount: Decimal

    /// A fee from its parts.
    public init(asset: Asset, amount: Decimal) {
      self.asset = asset
      self.amount = amount
    }
  }

  /// No position.
  public init(at now: Timestamp) { updatedAt = now }

  /// A position as it was recorded.
  public init(
    quantity: Decimal, openCost: Decimal, realizedPnL: Decimal, fees: [Fee], updatedAt: Timestamp
  ) {
    self.quantity = quantity
    self.openCost = openCost
    self.realizedPnL = realizedPnL
    self.fees = fees
    self.updatedAt = updatedAt
  }

  /// Digits after the point of average prices and split costs: four beyond the finest tick in use.
  public static let priceScale: UInt8 = 12

  /// The average price of the open quantity; nil when flat.
  public var averageEntryPrice: Decimal? {
    guard !quantity.isZero else { return nil }
    return Decimal.quotient(openCost, over: quantity, scale: Position.priceScale)
  }

  /// What closing at `price` would earn, without fees.
  public func unrealizedPnL(at price: Price) -> Decimal { quantity * price.amount - openCost }

  /// The fees paid in `asset`.
  public func fees(in asset: Asset) -> Decimal {
    fees.first { $0.asset == asset }?.amount ?? .zero
  }

  /// Counts one fill.
  public mutating func apply(_ fill: Fill, side: Side, at now: Timestamp) {
    trade(fill, side: side, at: now)
    if fill.isFeeHeldBack { holdBack(fill.fee) }
  }

  /// Takes a fee out of the quantity. What is left cost what all of it has cost.
  private mutating func holdBack(_ fee: Decimal) {
    let wasShort = quantity.isNegative
    quantity -= fee
    guard quantity.isZero || quantity.isNegative != wasShort else { return }
    realizedPnL -= openCost
    openCost = .zero
  }

  private mutating func trade(_ fill: Fill, side: Side, at now: Timestamp) {
    updatedAt = now
    if let index = fees.firstIndex(where: { $0.asset == fill.feeAsset }) {
      fees[index].amount += fill.fee
    } else if !fill.fee.isZero {
      fees.append(Fee(asset: fill.feeAsset, amount: fill.fee))
    }
    let signed = side == .buy ? fill.quantity.amount : -fill.quantity.amount
    let isReducing = !quantity.isZero && quantity.isNegative != signed.isNegative
    guard isReducing else {
      quantity += signed
      openCost += signed * fill.price.amount
      return
    }
    let closes = min(fill.quantity.amount, quantity.magnitude)
    let signedCloses = quantity.isNegative ? -closes : closes
    let closedCost =
      closes == quantity.magnitude
      ? openCost
      : Decimal.quotient(openCost, times: closes, over: quantity.magnitude, scale: closedCostScale)
    realizedPnL += signedCloses * fill.price.amount - closedCost
    openCost -= closedCost
    quantity += signed
    // What goes beyond flat opens a position on the other side at the fill's price.
    if closes < fill.quantity.amount { openCost += quantity * fill.price.amount }
  }

  /// Takes back a fill that counted, as if it had been traded back at its price and its fee
  /// returned.
  public mutating func takeBack(_ fill: Fill, side: Side, at now: Timestamp) {
    var back = fill
    back.fee = -fill.fee
    apply(back, side: side.opposite, at: now)
  }

  /// Digits after the point of a split cost. Zeros at the end do not count: a cost that was written
  /// and read again has lost them, and must be split alike.
  private var closedCostScale: UInt8 {
    var (units, scale) = (openCost.units, openCost.scale)
    while scale > Position.priceScale, units % 10 == 0 {
      units /= 10
      scale -= 1
    }
    return max(Position.priceScale, scale)
  }
}
