// Orders on an account that somebody else has placed, by hand or by another program. They use up
// limits and can move the position like ours, but nothing here ever changes or cancels them.

/// An open order that was not sent from here.
public struct ExternalOrder: Equatable, Sendable {
  /// The venue's id.
  public var venueOrderID: VenueOrderID
  /// The instrument.
  public var symbol: Symbol
  /// The direction.
  public var side: Side
  /// What is still to be filled.
  public var leavesQuantity: Quantity

  /// An order from its parts.
  public init(
    venueOrderID: VenueOrderID, symbol: Symbol, side: Side, leavesQuantity: Quantity
  ) {
    self.venueOrderID = venueOrderID
    self.symbol = symbol
    self.side = side
    self.leavesQuantity = leavesQuantity
  }
}
