// One trade of an order at the venue. Its identity is (account, symbol, trade id): the same trade
// told twice, by the stream and by a query, counts once.

/// One trade of an order.
public struct Fill: Equatable, Sendable {
  /// The venue's id of the trade.
  public var tradeID: TradeID
  /// How much was traded, above nothing, in the base asset.
  public var quantity: Quantity
  /// At what price.
  public var price: Price
  /// What the venue charged; negative for a rebate.
  public var fee: Decimal
  /// The asset of the fee.
  public var feeAsset: Asset
  /// Whether the order added liquidity.
  public var isMaker: Bool
  /// When the venue traded.
  public var tradedAt: Timestamp
  /// Whether the fee was taken out of what is held of the base asset, which it makes less.
  public var isFeeHeldBack = false

  /// A fill from its parts.
  public init(
    tradeID: TradeID, quantity: Quantity, price: Price, fee: Decimal, feeAsset: Asset,
    isMaker: Bool, tradedAt: Timestamp
  ) {
    self.tradeID = tradeID
    self.quantity = quantity
    self.price = price
    self.fee = fee
    self.feeAsset = feeAsset
    self.isMaker = isMaker
    self.tradedAt = tradedAt
  }
}
