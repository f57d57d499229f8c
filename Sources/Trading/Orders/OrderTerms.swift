// What a caller asked for. Terms never change: an amendment makes new ones. Two submissions under
// one idempotency key are the same request exactly if their terms are equal, but for an account
// that the second did not name. They are a class because they are shared: an order is copied into
// every action and journal entry about it.

/// The terms of an order, as validated.
public final class OrderTerms: Equatable, Sendable {
  /// The plugin instance that executes it.
  public let account: AccountID
  /// The instrument.
  public let symbol: Symbol
  /// The direction.
  public let side: Side
  /// How the price is decided.
  public let type: OrderType
  /// How long it stays; IOC for a MARKET order, which never rests.
  public let timeInForce: TimeInForce
  /// Whether it may only add liquidity: a LIMIT that would trade at once is refused by the venue.
  public let isPostOnly: Bool
  /// Whether the account was chosen for a caller who named none. It is not recorded.
  public let isAccountChosen: Bool
  /// How much, in the base asset, above nothing; nothing where the engine has yet to work it out
  /// from a quote quantity.
  public let quantity: Quantity
  /// The limit price; nil exactly where the type has none.
  public let limitPrice: Price?
  /// The price that the caller saw when it decided on a MARKET order. It does not limit the order.
  public let referencePrice: Price?
  /// The caller's own id, unique for ever.
  public let clientOrderID: ClientOrderID?
  /// What makes a repetition recognisable.
  public let idempotencyKey: IdempotencyKey?
  /// Why the order exists.
  public let purpose: OrderPurpose
  /// Apart, so that a plain order does not carry what it does not have.
  private final class Box: Sendable {
    let instructions: OrderInstructions
    init(_ instructions: OrderInstructions) { self.instructions = instructions }
  }

  private let box: Box?
  /// What the caller attached to it.
  public let labels: OrderLabels
  /// The keys under which no second order may exist.
  let uniqueKeys: [IdempotencyKey]

  /// Terms from their parts.
  public init(
    account: AccountID, isAccountChosen: Bool = false, symbol: Symbol, side: Side,
    type: OrderType, quantity: Quantity, timeInForce: TimeInForce? = nil, isPostOnly: Bool = false,
    limitPrice: Price? = nil, referencePrice: Price? = nil, clientOrderID: ClientOrderID? = nil,
    idempotencyKey: IdempotencyKey? = nil, purpose: OrderPurpose = .trade,
    instructions: OrderInstructions? = nil, labels: OrderLabels = OrderLabels()
  ) {
    self.account = account
    self.isAccountChosen = isAccountChosen
    self.symbol = symbol
    self.side = side
    self.type = type
    self.timeInForce = timeInForce ?? (type == .market ? .immediateOrCancel : .goodTillCanceled)
    self.isPostOnly = isPostOnly
    self.quantity = quantity
    self.limitPrice = limitPrice
    self.referencePrice = referencePrice
    self.clientOrderID = clientOrderID
    self.idempotencyKey = idempotencyKey
    self.purpose = purpose
    box = instructions.flatMap { $0.isEmpty ? nil : Box($0) }
    self.labels = labels
    let clientKey = clientOrderID.map(IdempotencyKey.init(clientOrderID:))
    uniqueKeys =
      switch (idempotencyKey, clientKey) {
      case (let key?, let clientKey?): key == clientKey ? [key] : [key, clientKey]
      case (let key?, nil), (nil, let key?): [key]
      case (nil, nil): []
      }
  }

  /// Its rarer terms; nil if it has none. It is a large copy: a single one is read without.
  public var instructions: OrderInstructions? { box?.instructions }
  /// Whether it has rarer terms.
  var hasInstructions: Bool { box != nil }

  /// The position that the order moves.
  public var positionKey: PositionKey { PositionKey(account: account, symbol: symbol) }

  /// Whether both ask for the same in every respect.
  public static func == (a: OrderTerms, b: OrderTerms) -> Bool {
    a === b || (a.account == b.account && a.agrees(with: b))
  }

  /// Whether a later submission under the same key is this one again. It may be that another
  /// account would be chosen by now; what was sent stays where it is.
  func isRepeated(by later: OrderTerms) -> Bool {
    (later.isAccountChosen || account == later.account) && agrees(with: later)
  }

  /// Whether all but the account is the same.
  private func agrees(with other: OrderTerms) -> Bool {
    symbol == other.symbol && side == other.side && type == other.type
      && timeInForce == other.timeInForce && isPostOnly == other.isPostOnly
      && (quantity == other.quantity || quoteQuantity != nil) && limitPrice == other.limitPrice
      && referencePrice == other.referencePrice && clientOrderID == other.clientOrderID
      && idempotencyKey == other.idempotencyKey && purpose == other.purpose
      && instructions == other.instructions && labels == other.labels
  }
}

extension OrderTerms {
  /// The order whose place it takes.
  public var replaces: OrderID? { box?.instructions.replaces }
  /// What the order waits for; nil exactly for MARKET and LIMIT.
  public var trigger: Trigger? { box?.instructions.trigger }
  /// The fixed price that triggers it; nil for a trailing stop.
  public var triggerPrice: Price? { box?.instructions.trigger?.fixedPrice }
  /// When what is left is cancelled; nil unless the time in force is GTD.
  public var expiresAt: Timestamp? { box?.instructions.expiresAt }
  /// Whether it may only make a position smaller.
  public var isReduceOnly: Bool { box?.instructions.isReduceOnly ?? false }
  /// What a MARKET order was to be worth, in the quote asset.
  public var quoteQuantity: Decimal? { box?.instructions.quoteQuantity }
  /// How much of a LIMIT order the venue shows at once; nil for all of it.
  public var displayQuantity: Quantity? { box?.instructions.displayQuantity }

  /// Where a loss of what the order buys or sells is to be cut.
  public var stopLoss: Price? { box?.instructions.stopLoss }
  /// Where its profit is to be taken.
  public var takeProfit: Price? { box?.instructions.takeProfit }
  /// Whether what it buys or sells is to be protected.
  public var asksForProtection: Bool {
    box != nil && (stopLoss != nil || takeProfit != nil)
  }
  /// The order that it protects, and how.
  public var protects: ProtectiveLink? { box?.instructions.protects }
  /// Orders of one group: the first that trades cancels the others.
  public var group: Label? { box?.instructions.group }
  /// How it is spread over time.
  public var timeWeighting: TimeWeighting? { box?.instructions.timeWeighting }
  /// Between which accounts it is routed; empty if it has one of its own.
  public var route: [AccountID] { box?.instructions.route ?? [] }
  /// The order that it is a slice of.
  public var sliceOf: SliceLink? { box?.instructions.sliceOf }
  /// The order on whose behalf it exists: the one that it protects, or is a slice of.
  public var parent: OrderID? { protects?.parent ?? sliceOf?.parent }

  /// The price that values the order: its own, as far as it has one.
  public var ownPrice: Price? { limitPrice ?? triggerPrice }

  /// The same terms on one of the accounts that they are routed between.
  func routed(to account: AccountID) -> OrderTerms {
    OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: isPostOnly, limitPrice: limitPrice,
      referencePrice: referencePrice, clientOrderID: clientOrderID,
      idempotencyKey: idempotencyKey, purpose: purpose, labels: labels)
  }

  /// The same terms with a quantity that was worked out.
  func with(_ quantity: Quantity) -> OrderTerms {
    OrderTerms(
      account: account, symbol: symbol, side: side, type: type, quantity: quantity,
      timeInForce: timeInForce, isPostOnly: isPostOnly, limitPrice: limitPrice,
      referencePrice: referencePrice, clientOrderID: clientOrderID,
      idempotencyKey: idempotencyKey, purpose: purpose, instructions: instructions,
      labels: labels)
  }
}

/// What a caller attached to an order: kept, shown, searchable, without effect on execution.
public struct OrderLabels: Equatable, Sendable {
  /// The strategy that sent it.
  public var strategyID: Label?
  /// The signal it came from.
  public var signalID: Label?
  /// The caller's category, such as `swing`.
  public var category: Label?
  /// The caller's confidence, 0...1.
  public var confidence: Decimal?
  /// When the signal was given, as its sender says.
  public var signaledAt: Timestamp?

  /// Labels from their parts.
  public init(
    strategyID: Label? = nil, signalID: Label? = nil, category: Label? = nil,
    confidence: Decimal? = nil, signaledAt: Timestamp? = nil
  ) {
    self.strategyID = strategyID
    self.signalID = signalID
    self.category = category
    self.confidence = confidence
    self.signaledAt = signaledAt
  }
}
