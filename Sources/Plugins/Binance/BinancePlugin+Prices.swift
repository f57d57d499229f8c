// Prices: of all instruments now and then, and of those that somebody trades as they move.

internal import Network
public import Trading
internal import Wire

extension BinancePlugin {
  /// How often the prices of all instruments are asked for.
  private static let quoteMilliseconds = 60_000
  /// How long symbols are gathered before they are subscribed: the venue takes five messages a
  /// second.
  private static let subscribeMilliseconds = 250

  /// Tells the price of every instrument, now and then.
  func quoteAll() async {
    let request = BinanceRequest(.get, "\(venue.prefix)/ticker/bookTicker", .open, weight: 5)
    if case .answer(let answer) = await connection.send(request, .routine) {
      for ticker in answer.elements {
        guard var data = MarketData(bookTicker: ticker), isTraded(data.symbol) else { continue }
        data.quotedAt = connection.now
        quotes[data.symbol] = data
        tell(.price(data.symbol, data.last))
      }
    }
    later(.quote, milliseconds: Self.quoteMilliseconds) { await $0.quoteAll() }
  }

  /// The best prices of an instrument; nil if there is no such instrument.
  public func marketData(_ symbol: Symbol) async throws(PluginError) -> MarketData? {
    guard isTraded(symbol) else { return nil }
    if let data = streamed[symbol] { return data }
    if !watched.contains(symbol), let data = quotes[symbol] { return data }
    let request = BinanceRequest(.get, "\(venue.prefix)/ticker/bookTicker", .open, weight: 2)
      .with("symbol", symbol)
    let answer = try await ask(request, .routine, doing: "tell a price")
    guard let data = MarketData(bookTicker: answer) else { throw unreadable("a price") }
    return data
  }

  /// Tells the price of an instrument from now on whenever it moves.
  public func watch(_ symbol: Symbol) {
    guard watched.insert(symbol).inserted else { return }
    if priceStream == nil {
      let stream = BinanceStream(
        settings.client, settings.address(of: venue).streams,
        target: { [venue] in venue == .spot ? "/ws" : "/public/ws" },
        handler: { [weak self] event in self?.hearPrices(event) })
      priceStream = stream
      stream.start()
    }
    subscribe([symbol])
  }

  private func hearPrices(_ event: BinanceStream.Event) {
    switch event {
    case .opened: subscribe(Array(watched))
    case .lost: streamed = [:]
    case .message(let message):
      guard let data = MarketData(bookTicker: message) else { return }
      priceStream?.confirm()
      let before = streamed.updateValue(data, forKey: data.symbol)
      if before?.last != data.last { tell(.price(data.symbol, data.last)) }
    }
  }

  private func subscribe(_ symbols: [Symbol]) {
    unsubscribed += symbols
    guard !isSubscribing else { return }
    isSubscribing = true
    _ = EventLoop.shared.schedule(afterMilliseconds: Self.subscribeMilliseconds) { [weak self] in
      guard let self else { return }
      isSubscribing = false
      var json = JSONWriter()
      json.beginObject()
      json.key("method")
      json.string("SUBSCRIBE")
      json.key("params")
      json.beginArray()
      for symbol in Set(unsubscribed) { json.string("\(symbol.text.lowercased())@bookTicker") }
      json.endArray()
      json.key("id")
      json.integer(2)
      json.endObject()
      unsubscribed = []
      // On a stream that is not there yet it comes to nothing, and all are subscribed once it is.
      priceStream?.send(json.bytes)
    }
  }
}
