// Text identifiers that never mix: a venue's order id handed over as a client order id does not
// compile. Which characters are allowed is the same for all: printable ASCII, so that a value can
// stand in a URL, a header, a log line and a venue's own field.

/// An identifier of 1...64 printable ASCII characters without spaces; `Kind` keeps them apart.
public struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible {
  /// The characters.
  public let text: String

  /// The longest identifier: client order ids of the venues served end at 36, TradingView's and
  /// fks_web's signal ids stay below 64.
  public static var lengthMax: Int { 64 }

  /// Nil unless `text` is 1...64 printable ASCII characters.
  public init?(_ text: String) {
    let utf8 = text.utf8
    guard !utf8.isEmpty, utf8.count <= Self.lengthMax,
      utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    self.text = text
  }

  /// An identifier made of a kind of text and a number, such as `MOCK-17`. The prefix is a literal
  /// of at most 40 printable ASCII characters.
  public init(_ prefix: StaticString, _ number: Int64) { text = "\(prefix)\(number)" }

  /// The characters.
  public var description: String { text }
}

/// Marks an account: one named plugin instance.
public enum AccountKind {}
/// Marks an instrument's name.
public enum SymbolKind {}
/// Marks an asset's name.
public enum AssetKind {}
/// Marks an order id that the caller chose.
public enum ClientOrderKind {}
/// Marks an order id that the venue gave.
public enum VenueOrderKind {}
/// Marks a trade id that the venue gave.
public enum TradeKind {}

/// A named plugin instance, such as `mock` or `binance-futures`.
public typealias AccountID = Identifier<AccountKind>
/// An instrument in its one spelling here: upper case, no separators, such as `BTCUSDT`.
public typealias Symbol = Identifier<SymbolKind>
/// A currency or coin, such as `USDT`.
public typealias Asset = Identifier<AssetKind>
/// The caller's own order id.
public typealias ClientOrderID = Identifier<ClientOrderKind>
/// The venue's order id.
public typealias VenueOrderID = Identifier<VenueOrderKind>
/// The venue's trade id.
public typealias TradeID = Identifier<TradeKind>

extension Identifier where Kind == SymbolKind {
  /// The symbol in its one spelling: `btc/usdt`, `BTC-USDT` and `BTC_USDT` are `BTCUSDT`.
  public init?(anySpelling text: String) {
    // Only ASCII has one upper case: in Unicode a single letter may become two others.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    self.init(text.uppercased().filter { $0 != "/" && $0 != "-" && $0 != "_" })
  }
}
