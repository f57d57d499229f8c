// What a terminal trades, and how its lots or contracts are our quantities. Here a quantity is an
// amount of the base asset, so that price × quantity is money, which every limit counts on; a
// terminal counts lots or contracts of a size. The rule to keep: nothing is rounded between them.

public import Trading
internal import Wire

/// An instrument under the terminal's own name, and what one lot or contract of it is.
public struct BridgeContract: Equatable, Sendable {
  /// What the terminal calls it, such as `ES 03-25`.
  public let name: String
  /// How much of the base asset one lot or contract is.
  public let size: Decimal
  /// Its rules, in quantities of the base asset.
  public let instrument: Instrument

  /// What is asked of the lots or contracts of an order.
  public struct Lots: Equatable, Sendable {
    /// Orders have multiples of it.
    public var step: Decimal
    /// The fewest.
    public var min: Decimal
    /// The most.
    public var max: Decimal

    /// A rule from its parts.
    public init(step: Decimal, min: Decimal, max: Decimal) {
      self.step = step
      self.min = min
      self.max = max
    }
  }

  /// A contract from its parts; nil if they cannot be those of one. The symbol is the name in the
  /// one spelling that there is here, without blanks: `ES 03-25` is `ES0325`.
  public init?(
    name: String, size: Decimal, tickSize: Decimal, lots: Lots, base: Asset, quote: Asset
  ) {
    guard let symbol = Symbol(anySpelling: name.filter { $0 != " " }),
      size.isPositive, tickSize.isPositive, lots.step.isPositive, lots.min.isPositive,
      lots.min <= lots.max, lots.min.isMultiple(of: lots.step),
      let step = lots.step.multiplied(by: size), let min = lots.min.multiplied(by: size),
      let max = lots.max.multiplied(by: size)
    else { return nil }
    self.name = name
    self.size = size
    instrument = Instrument(
      symbol: symbol, baseAsset: base, quoteAsset: quote, tickSize: tickSize, lotStep: step,
      minQuantity: min, maxQuantity: max, minNotional: .zero)
  }

  /// The symbol here.
  public var symbol: Symbol { instrument.symbol }

  /// The lots or contracts of a quantity; nil if they cannot be written exactly.
  func lots(_ quantity: Decimal) -> Decimal? {
    let lots = Decimal.quotient(quantity, over: size, scale: BridgeContract.lotsScale)
    return lots.multiplied(by: size) == quantity ? lots : nil
  }

  /// The digits of a number of lots: finer than any terminal's step.
  private static let lotsScale: UInt8 = 12

  /// The quantity of lots or contracts; nil if it is too large to be real.
  func quantity(lots: Decimal) -> Decimal? { lots.multiplied(by: size) }
}

extension BridgeContract {
  /// Reads a contract as a terminal states it; nil if it cannot be read.
  init?(_ json: JSONValue) {
    guard let name = json.text("name"), let size = json.decimal("contract_size"),
      let tickSize = json.decimal("tick_size"), let step = json.decimal("lot_step"),
      let min = json.decimal("lot_min"), let max = json.decimal("lot_max"),
      let base = json.text("base").flatMap({ Asset($0) }),
      let quote = json.text("quote").flatMap({ Asset($0) })
    else { return nil }
    self.init(
      name: name, size: size, tickSize: tickSize, lots: Lots(step: step, min: min, max: max),
      base: base, quote: quote)
  }
}

/// The contracts of a terminal by both of their names.
struct BridgeContracts {
  private(set) var list: [BridgeContract] = []
  private var bySymbol: [Symbol: BridgeContract] = [:]
  private var byName: [String: BridgeContract] = [:]

  init() {}

  /// Of names that are one symbol here only the first can be traded: nobody could say which of them
  /// was meant.
  init(_ contracts: [BridgeContract]) {
    for contract in contracts where bySymbol[contract.symbol] == nil {
      list.append(contract)
      bySymbol[contract.symbol] = contract
      byName[contract.name] = contract
    }
  }

  subscript(_ symbol: Symbol) -> BridgeContract? { bySymbol[symbol] }
  subscript(name name: String) -> BridgeContract? { byName[name] }
}
