// How an order is worked instead of being sent whole. The parent waits here and never leaves for a
// venue; its slices are orders of their own, and what it has filled is the sum of theirs.

/// A way to work an order.
public enum Algorithm: Equatable, Sendable {
  /// Equal parts at even times. What a slice did not fill is carried to the next one.
  case timeWeighted(TimeWeighting)
  /// One slice after the other, none larger than `displayQuantity`, each once the one before it has
  /// ended: the book never shows more.
  case iceberg(displayQuantity: Quantity)
  /// Whole, to the account where it costs least; what comes back is routed again. Of equal ones the
  /// first is taken.
  case routed(accounts: [AccountID])

  /// Its word in the JSON interface.
  public var name: String {
    switch self {
    case .timeWeighted: "TWAP"
    case .iceberg: "ICEBERG"
    case .routed: "ROUTE"
    }
  }

  /// Between how many accounts may be chosen: with one there is no choice.
  public static let routeRange = 2...16

  /// Into how many slices an order may be cut: with one there is nothing to spread, and what is
  /// known of them is kept in memory as long as their parent lives.
  public static let slicesRange = 2...1_000
}

/// How an order is spread over time.
public struct TimeWeighting: Equatable, Sendable {
  /// From its first slice to its end.
  public var durationMilliseconds: Int64
  /// Into how many slices.
  public var slices: Int

  /// A weighting from its parts.
  public init(durationMilliseconds: Int64, slices: Int) {
    self.durationMilliseconds = durationMilliseconds
    self.slices = slices
  }

  /// How long it may take: a day is the longest that is still the execution of an order and no
  /// plan.
  public static let durationMillisecondsRange: ClosedRange<Int64> = 1_000...86_400_000
  /// The shortest time between two slices: a venue needs a moment to end one before the next.
  public static let intervalMillisecondsMin: Int64 = 1_000
}

/// What an order is a slice of.
public struct SliceLink: Equatable, Sendable {
  /// The order that is worked.
  public var parent: OrderID
  /// Its place: of a time-weighted order the stretch of time that it is for, else a count. From 1.
  public var number: Int

  /// A link from its parts.
  public init(parent: OrderID, number: Int) {
    self.parent = parent
    self.number = number
  }
}

/// What the slices of an order have traded, all together.
public struct AlgorithmProgress: Equatable, Sendable {
  /// The sum of their trades.
  public var filledQuantity: Quantity
  /// The sum of price × quantity of their trades.
  public var filledNotional: Decimal
  /// The sum of their fees in `feeAsset`.
  public var fee: Decimal
  /// The asset of the first fee.
  public var feeAsset: Asset?

  /// Progress from its parts.
  public init(
    filledQuantity: Quantity = .zero, filledNotional: Decimal = .zero, fee: Decimal = .zero,
    feeAsset: Asset? = nil
  ) {
    self.filledQuantity = filledQuantity
    self.filledNotional = filledNotional
    self.fee = fee
    self.feeAsset = feeAsset
  }
}

extension AlgorithmProgress {
  /// What an order says of itself.
  init(of order: OrderFacts) {
    self.init(
      filledQuantity: order.filledQuantity, filledNotional: order.filledNotional, fee: order.fee,
      feeAsset: order.feeAsset)
  }

  /// Takes in what one more slice has traded.
  mutating func add(_ slice: AlgorithmProgress) {
    filledQuantity = filledQuantity + slice.filledQuantity
    filledNotional += slice.filledNotional
    feeAsset = feeAsset ?? slice.feeAsset
    if feeAsset == slice.feeAsset { fee += slice.fee }
  }
}
