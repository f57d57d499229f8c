// Positions, balances and fills over HTTP.

internal import Network
internal import Plugins
internal import Storage
internal import Trading
internal import Wire

@LoopActor struct PositionRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.get, "/positions", .read, list),
      Route(.get, "/positions/{symbol}", .read, show),
      Route(.put, "/positions/{symbol}/close", .trade, close),
      Route(.get, "/fills", .read, fills),
    ]
  }

  // MARK: Positions

  private func list(_ call: Call) {
    let bySymbol = Dictionary(grouping: gateway.positions, by: \.key.symbol)
    var json = JSONWriter(reserving: 2_048)
    json.beginObject()
    json.key("positions")
    json.beginArray()
    for symbol in bySymbol.keys.sorted(by: { $0.text < $1.text }) {
      write(symbol, bySymbol[symbol] ?? [], to: &json)
    }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private func show(_ call: Call) {
    let symbol = Symbol(anySpelling: call.parameters[0])
    let parts = gateway.positions.filter { $0.key.symbol == symbol }
    guard let symbol, !parts.isEmpty else {
      return call.respond(PositionRoutes.noPosition(call.parameters[0]))
    }
    var json = JSONWriter()
    write(symbol, Array(parts), to: &json)
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private static func noPosition(_ name: String) -> APIError {
    APIError(
      status: 404, code: "NO_POSITION",
      "\(String(name.prefix(40)).debugDescription) was never traded here.")
  }

  /// One instrument: the net of all accounts, with the parts in `accounts` where there are several.
  private func write(
    _ symbol: Symbol, _ parts: [(key: PositionKey, value: Position)], to json: inout JSONWriter
  ) {
    let views = parts.map { view($0.key, $0.value) }.sorted { $0.account < $1.account }
    json.beginObject()
    json.member("symbol", symbol.text)
    if views.count == 1 { json.member("exchange", views[0].account) }
    PositionView.net(views).write(to: &json)
    json.key("accounts")
    json.beginArray()
    for view in views {
      json.beginObject()
      json.member("exchange", view.account)
      view.write(to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  private func view(_ key: PositionKey, _ position: Position) -> PositionView {
    let price = gateway.marketPrice(of: key)
    let quote = gateway.instrument(key)?.quoteAsset
    return PositionView(
      account: key.account.text, quantity: position.quantity, openCost: position.openCost,
      realizedPnL: position.realizedPnL,
      unrealizedPnL: position.quantity.isZero
        ? .zero : price.map { position.unrealizedPnL(at: $0) },
      fees: quote.map { position.fees(in: $0) } ?? position.fees.first?.amount ?? .zero,
      markPrice: price?.amount, updatedAt: position.updatedAt)
  }

  private func close(_ call: Call) {
    guard let symbol = Symbol(anySpelling: call.parameters[0]) else {
      return call.respond(PositionRoutes.noPosition(call.parameters[0]))
    }
    let named: AccountID?
    do throws(APIError) {
      let account = try ListQuery.account(call.request)
      named = try account.map { (account) throws(APIError) in
        try gateway.account(closingOn: account)
      }
    } catch {
      return call.respond(error)
    }
    let open = gateway.positions.filter {
      $0.key.symbol == symbol && !$0.value.quantity.isZero
        && (named ?? $0.key.account) == $0.key.account
    }
    guard open.count <= 1 else {
      return call.respond(
        .invalid(
          "AMBIGUOUS_POSITION", field: "plugin",
          "\(symbol) is held on several accounts. Name one with ?plugin=…"))
    }
    let account = open.first?.key.account ?? named ?? gateway.registry.defaultName
    guard let account else { return }
    gateway.close(PositionKey(account: account, symbol: symbol), by: call.caller) { reply in
      OrderRoutes(gateway: gateway).answer(call, reply)
    }
  }

  // MARK: Fills

  private func fills(_ call: Call) {
    let filter: FillFilter
    do throws(APIError) {
      filter = try FillFilter(query: call.request)
    } catch {
      return call.respond(error)
    }
    gateway.answerPage(call) { (reader) throws(StoreError) in
      try reader.fills(filter)
    } writing: { fills in
      var json = JSONWriter(reserving: 256 + fills.count * 320)
      json.beginObject()
      json.key("fills")
      json.beginArray()
      for fill in fills { json.fill(fill) }
      json.endArray()
      json.member("next", fills.count == filter.limit ? fills.last.map { "\($0.number)" } : nil)
      json.endObject()
      return json.bytes
    }
  }
}

/// A position as it is shown.
struct PositionView {
  var account: String
  var quantity: Decimal
  var openCost: Decimal
  var realizedPnL: Decimal
  /// Nil without a market price.
  var unrealizedPnL: Decimal?
  var fees: Decimal
  var markPrice: Decimal?
  var updatedAt: Timestamp

  /// The sum of several accounts. Where they hold opposite sides, the net has no entry price that
  /// would mean anything but the average of what is open.
  static func net(_ views: [PositionView]) -> PositionView {
    var net = views[0]
    for view in views.dropFirst() {
      net.quantity += view.quantity
      net.openCost += view.openCost
      net.realizedPnL += view.realizedPnL
      net.fees += view.fees
      net.unrealizedPnL = net.unrealizedPnL.flatMap { sum in view.unrealizedPnL.map { sum + $0 } }
      net.markPrice = net.markPrice ?? view.markPrice
      net.updatedAt = max(net.updatedAt, view.updatedAt)
    }
    return net
  }

  func write(to json: inout JSONWriter) {
    json.member("quantity", number: quantity)
    json.member(
      "average_entry_price",
      number: quantity.isZero
        ? nil : Decimal.quotient(openCost, over: quantity, scale: Position.priceScale))
    json.member("mark_price", number: markPrice)
    json.member("realized_pnl", number: realizedPnL)
    json.member("unrealized_pnl", number: unrealizedPnL)
    json.member("fees", number: fees)
    json.member("updated_at", updatedAt.text)
  }
}
