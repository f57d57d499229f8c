// The plugins over HTTP, and the levers of the simulated exchange.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct PluginRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.get, "/api/v1/plugins", .read, list),
      Route(.put, "/api/v1/mock/prices/{symbol}", .trade, setPrice),
      Route(.put, "/api/v1/mock/faults", .trade, setFaults),
    ]
  }

  private func list(_ call: Call) {
    var json = JSONWriter(reserving: 1_024)
    json.beginObject()
    json.key("plugins")
    json.beginArray()
    for plugin in gateway.registry.instances {
      let rules = plugin.capabilities.rules
      json.beginObject()
      json.member("name", plugin.name.text)
      json.member("default", plugin.name == gateway.registry.defaultName)
      json.member("healthy", plugin.health.isHealthy)
      json.member("detail", plugin.health.detail)
      json.member("takes_orders", gateway.isGateOpen(plugin.name))
      json.member("live", plugin.capabilities.isLive)
      json.key("order_types")
      json.beginArray()
      for type in rules.orderTypes { json.string(type.rawValue) }
      json.endArray()
      json.key("time_in_force")
      json.beginArray()
      for timeInForce in rules.timesInForce { json.string(timeInForce.rawValue) }
      json.endArray()
      json.member("post_only", rules.hasPostOnly)
      json.member("reduce_only", rules.hasReduceOnly)
      json.member("display_quantity", rules.hasDisplayQuantity)
      json.member("amend", rules.canAmend)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  // MARK: The simulated exchange

  /// The simulated exchange that `?plugin=` names, or the first there is.
  private func mock(_ call: Call) throws(APIError) -> MockPlugin {
    let named = call.request.query("plugin")
    let mocks = gateway.registry.instances.compactMap { $0 as? MockPlugin }
    guard let mock = mocks.first(where: { named == nil || $0.name.text == named }) else {
      throw .notFound("No such simulated exchange is enabled; PLUGINS lists those that are.")
    }
    return mock
  }

  /// The highest price that can be set. Ten thousand times the dearest instrument is enough for any
  /// test, and sums of money stay far within 128 bits.
  private static let priceMax = Decimal(1_000_000_000)

  private func setPrice(_ call: Call) {
    do throws(APIError) {
      let mock = try mock(call)
      let body = try JSONObject.parse(call.request.body)
      guard let symbol = Symbol(anySpelling: call.parameters[0]),
        let instrument = gateway.instrument(PositionKey(account: mock.name, symbol: symbol))
      else {
        throw .notFound(
          "\(mock.name) has no \(String(call.parameters[0].prefix(40)).debugDescription).")
      }
      let move = MockPriceMove(
        symbol: symbol, price: try price(body, of: instrument),
        available: try quantity(body, of: instrument))
      Task { @LoopActor in
        guard await mock.setPrice(move) else {
          return call.respond(.notFound("\(mock.name) has no \(symbol)."))
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("symbol", symbol.text)
        json.member("price", number: move.price.amount)
        json.member("quantity", number: move.available?.amount)
        json.endObject()
        call.respond(HTTPResponse(status: 200, body: json.bytes))
      }
    } catch {
      call.respond(error)
    }
  }

  private func price(
    _ body: JSONValue, of instrument: Instrument
  ) throws(APIError) -> Price {
    guard let amount = decimal(body["price"]), amount <= PluginRoutes.priceMax,
      let price = Price(amount)
    else {
      throw .invalid(
        "INVALID_PRICE", field: "price",
        "price must be a number above 0 and at most \(PluginRoutes.priceMax).")
    }
    guard amount.isMultiple(of: instrument.tickSize) else {
      throw .invalid(
        "TICK_SIZE", field: "price",
        "The price of \(instrument.symbol) must be a multiple of \(instrument.tickSize).")
    }
    return price
  }

  private func quantity(
    _ body: JSONValue, of instrument: Instrument
  ) throws(APIError) -> Quantity? {
    guard let value = body["quantity"], !value.isNull else { return nil }
    guard let amount = decimal(value), amount <= instrument.maxQuantity,
      let quantity = Quantity(amount)
    else {
      throw .invalid(
        "INVALID_QUANTITY", field: "quantity",
        "quantity must be from 0 to \(instrument.maxQuantity), or null for no limit.")
    }
    guard amount.isMultiple(of: instrument.lotStep) else {
      throw .invalid(
        "LOT_STEP", field: "quantity",
        "The quantity of \(instrument.symbol) must be a multiple of \(instrument.lotStep).")
    }
    return quantity
  }

  private func setFaults(_ call: Call) {
    do throws(APIError) {
      let mock = try mock(call)
      let body = try JSONObject.parse(call.request.body)
      var faults = MockFaults()
      faults.lostAnswers = try count(body, "lost_answers")
      faults.lostOrders = try count(body, "lost_orders")
      faults.silentQueries = try count(body, "silent_queries")
      if let latency = body["latency_ms"], !latency.isNull {
        mock.latencyMilliseconds = try count(body, "latency_ms")
      }
      mock.faults = faults
      var json = JSONWriter()
      json.beginObject()
      json.member("lost_answers", faults.lostAnswers)
      json.member("lost_orders", faults.lostOrders)
      json.member("silent_queries", faults.silentQueries)
      json.member("latency_ms", mock.latencyMilliseconds)
      json.endObject()
      call.respond(HTTPResponse(status: 200, body: json.bytes))
    } catch {
      call.respond(error)
    }
  }

  /// The most faults or milliseconds that can be asked for: ten minutes of latency.
  private static let countMax = 600_000

  private func count(_ body: JSONValue, _ name: String) throws(APIError) -> Int {
    guard let value = body[name: name], !value.isNull else { return 0 }
    guard let count = value.integer, (0...PluginRoutes.countMax).contains(count) else {
      throw .invalid(
        "INVALID_COUNT", field: name,
        "\(name) must be a whole number from 0 to \(PluginRoutes.countMax).")
    }
    return count
  }

  private func decimal(_ value: JSONValue?) -> Decimal? {
    (value?.numberText ?? value?.string).flatMap { try? Decimal(text: $0) }
  }
}
