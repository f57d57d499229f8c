// The levers of the simulated exchange over HTTP: its prices and its faults.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct MockRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.put, "/api/v1/mock/prices/{symbol}", .trade, setPrice),
      Route(.put, "/api/v1/mock/faults", .trade, setFaults),
    ]
  }

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
      LoopActor.task {
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
    guard let amount = decimal(body["price"]), amount <= MockRoutes.priceMax,
      let price = Price(amount)
    else {
      throw .invalid(
        "INVALID_PRICE", field: "price",
        "price must be a number above 0 and at most \(MockRoutes.priceMax).")
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
      for fault in MockFault.allCases { faults[fault] = try count(body, fault.rawValue) ?? 0 }
      faults.lateMilliseconds = try count(body, "late_ms") ?? mock.faults.lateMilliseconds
      faults.disconnectMilliseconds =
        try count(body, "disconnect_ms") ?? mock.faults.disconnectMilliseconds
      mock.latencyMilliseconds = try count(body, "latency_ms") ?? mock.latencyMilliseconds
      mock.faults = faults
      var json = JSONWriter()
      json.beginObject()
      for fault in MockFault.allCases {
        json.key(fault.rawValue)
        json.integer(faults[fault])
      }
      json.member("late_ms", faults.lateMilliseconds)
      json.member("disconnect_ms", faults.disconnectMilliseconds)
      json.member("latency_ms", mock.latencyMilliseconds)
      json.endObject()
      call.respond(HTTPResponse(status: 200, body: json.bytes))
    } catch {
      call.respond(error)
    }
  }

  /// The most faults or milliseconds that can be asked for: ten minutes.
  private static let countMax = 600_000

  private func count(_ body: JSONValue, _ name: String) throws(APIError) -> Int? {
    guard let value = body[name: name], !value.isNull else { return nil }
    guard let count = value.integer, (0...MockRoutes.countMax).contains(count) else {
      throw .invalid(
        "INVALID_COUNT", field: name,
        "\(name) must be a whole number from 0 to \(MockRoutes.countMax).")
    }
    return count
  }

  private func decimal(_ value: JSONValue?) -> Decimal? {
    (value?.numberText ?? value?.string).flatMap { try? Decimal(text: $0) }
  }
}
