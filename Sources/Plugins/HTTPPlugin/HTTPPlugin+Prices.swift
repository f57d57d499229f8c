// Prices: of all instruments now and then, and of those that somebody trades every second. A
// process that hears them itself tells them besides, as events.

internal import Network
public import Trading
internal import Wire

extension HTTPPlugin {
  /// How often the prices of what is traded are asked for.
  static let watchMilliseconds = 1_000
  /// How often those of all instruments are.
  static let quoteMilliseconds = 60_000
  /// How many symbols a request may name: their names have to fit in a request line.
  private static let symbolsMax = 100

  /// Tells the price of every instrument that has one.
  func quoteAll() async {
    // What is not heard is not asked for prices either: they would only be late.
    if health.isHealthy { _ = try? await quote("/market") }
  }

  /// Tells the prices of what is traded.
  func quoteWatched() async {
    guard health.isHealthy else { return }
    var rest = watched.sorted { $0.text < $1.text }[...]
    while !rest.isEmpty {
      try? await quote(HTTPPlugin.path(of: rest.prefix(HTTPPlugin.symbolsMax)))
      rest = rest.dropFirst(HTTPPlugin.symbolsMax)
    }
  }

  private static func path(of symbols: some Sequence<Symbol>) -> String {
    // A comma needs no escape in a query (RFC 3986 section 3.4), and has none in what is signed.
    "/market?symbols=" + symbols.map { PercentCoding.encode($0.text) }.joined(separator: ",")
  }

  /// Asks for prices and tells them.
  private func quote(_ path: String) async throws(PluginError) {
    let now = Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds)
    let answer = try await ask(path, for: "tell prices")
    // A market without a price is left out: others have one.
    for market in answer["market"]?.elements ?? [] {
      if let data = MarketData(plugin: market) { note(data, askedAt: now) }
    }
  }

  /// Takes over a market and tells its price. It is as old as the process says, and never younger
  /// than the moment in which it was asked for: the clock there may be ahead.
  func note(_ market: MarketData, askedAt: Timestamp) {
    guard symbols.contains(market.symbol) else { return }
    var data = market
    data.quotedAt = min(market.quotedAt ?? askedAt, askedAt)
    quotes[data.symbol] = data
    tell(.price(data.symbol, data.last, quotedAt: data.quotedAt))
  }

  /// The market of an instrument; nil if there is no such instrument.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard symbols.contains(symbol) else { return nil }
    if let data = quotes[symbol] { return data }
    try await quote(HTTPPlugin.path(of: [symbol]))
    guard let data = quotes[symbol] else { throw unreadable("the market of \(symbol)") }
    return data
  }

  /// Asks for the price of an instrument every second from now on.
  public func watch(_ symbol: Symbol) { watched.insert(symbol) }
}
