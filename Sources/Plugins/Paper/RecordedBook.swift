// A book that was recorded, line by line, and its replay. A line is one JSON object: `symbol`, `at`
// (RFC 3339, or Unix seconds or milliseconds), `bids` and `asks` as lists of [price, quantity], the
// best first. The replay begins with the first look, keeps the distances in time, and ends with the
// last line of each symbol, which then stays.

internal import FoundationEssentials
internal import Network
internal import Trading
internal import Wire

/// The markets of a file at all their times.
public struct RecordedBook: Equatable, Sendable {
  /// One line.
  struct Line: Equatable, Sendable {
    var at: Timestamp
    var market: MarketData
  }

  /// The lines of each symbol, the oldest first.
  private(set) var lines: [Symbol: [Line]] = [:]
  /// When the first line was recorded.
  private(set) var begin: Timestamp?

  /// A recording of a million lines or so; more would be held in memory for a rehearsal.
  static let fileBytesMax = 256 * 1_024 * 1_024

  /// Reads a file. Throws, naming the line, if there is one that cannot be read.
  public init(path: String) throws(PluginError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw PluginError("The recorded book \(path) cannot be read. Name a file that is there.")
    }
    guard data.count <= RecordedBook.fileBytesMax else {
      throw PluginError(
        "The recorded book \(path) is larger than \(RecordedBook.fileBytesMax) bytes. Cut it.")
    }
    let rows = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in rows.enumerated() where !bytes.isEmpty {
      guard let line = RecordedBook.line(Array(bytes)),
        lines[line.market.symbol]?.last.map({ $0.at <= line.at }) ?? true
      else {
        throw PluginError(
          "Line \(index + 1) of the recorded book \(path) is no market, or is older than one "
            + "before it. A line is an object with symbol, at, bids and asks.")
      }
      lines[line.market.symbol, default: []].append(line)
      begin = begin.map { min($0, line.at) } ?? line.at
    }
    guard begin != nil else { throw PluginError("The recorded book \(path) has no lines.") }
  }

  /// The market of a symbol so long after the first line; nil if the book has no such symbol.
  func market(_ symbol: Symbol, after milliseconds: Int64) -> MarketData? {
    guard let lines = lines[symbol], let begin else { return nil }
    let now = begin.adding(milliseconds: milliseconds)
    var (start, end) = (0, lines.count)
    while start < end {
      let middle = (start + end) / 2
      if lines[middle].at <= now { start = middle + 1 } else { end = middle }
    }
    return lines[max(0, start - 1)].market
  }

  private static func line(_ bytes: [UInt8]) -> Line? {
    guard let root = try? JSONDocument(parsing: bytes).root,
      let symbol = root["symbol"]?.string.flatMap({ Symbol(anySpelling: $0) }),
      let at = root["at"].flatMap({ $0.string ?? $0.numberText }).flatMap({ Timestamp(text: $0) }),
      let bids = levels(root["bids"]), let asks = levels(root["asks"]),
      let bid = bids.first?.price, let ask = asks.first?.price, bid < ask,
      let last = Price(
        Trading.Decimal.quotient(
          bid.amount + ask.amount, over: Trading.Decimal(2), scale: Position.priceScale))
    else { return nil }
    return Line(at: at, market: MarketData(symbol: symbol, last: last, bids: bids, asks: asks))
  }

  private static func levels(_ value: JSONValue?) -> [BookLevel]? {
    guard let elements = value?.elements else { return nil }
    let levels = elements.compactMap { element -> BookLevel? in
      let pair = element.elements.compactMap { decimal($0) }
      guard pair.count == 2, let price = Price(pair[0]), let quantity = Quantity(pair[1]) else {
        return nil
      }
      return BookLevel(price: price, quantity: quantity)
    }
    return levels.count == elements.count ? levels : nil
  }

  private static func decimal(_ value: JSONValue) -> Trading.Decimal? {
    (value.numberText ?? value.string).flatMap { try? Trading.Decimal(text: $0) }
  }
}

/// A recorded book in replay, with the instruments of the venue that it was recorded at.
@LoopActor final class RecordedMarket: MarketSource {
  private let venue: any MarketSource
  private let book: RecordedBook
  private var startedAt: Int64?

  init(_ book: RecordedBook, of venue: any MarketSource) {
    self.book = book
    self.venue = venue
  }

  func instruments() async throws(PluginError) -> [Instrument] {
    try await venue.instruments().filter { book.lines[$0.symbol] != nil }
  }

  func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    let now = EventLoop.shared.steadyClockMicroseconds
    let start = startedAt ?? now
    startedAt = start
    return book.market(symbol, after: (now - start) / 1_000)
  }
}
