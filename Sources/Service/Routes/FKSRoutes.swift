// The interface of the FKS Execution that this service takes the place of, for its callers: the
// same paths and shapes, over the one engine.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct FKSRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.post, "/api/v1/orders", .trade, submit),
      Route(.get, "/api/v1/positions", .read, position),
      Route(.post, "/api/v1/exchanges/{exchange}/leverage", .trade, setLeverage),
      Route(.get, "/execute/signal", .read, demonstrate),
      Route(.post, "/execute/signal", .read, demonstrate),
    ]
  }

  // MARK: Orders

  private func submit(_ call: Call) {
    do throws(APIError) {
      let fields = try BodyFields(call.request.body)
      guard try OrderBody.account(fields) != nil else { throw BodyFields.missing("exchange") }
      let body = try OrderBody(
        fields, idempotencyHeader: call.request.header("idempotency-key"),
        account: gateway.account(for:))
      if let refusal = call.budget?.take() { throw refusal }
      gateway.submit(body.terms, by: call.caller) { reply in call.respond(response(to: reply)) }
    } catch {
      gateway.metrics.refused(error)
      var error = error
      // These two were 400 there, as all else that is wrong with a body was not.
      if ["INVALID_SIDE", "INVALID_TYPE"].contains(error.code) { error.status = 400 }
      call.respond(response(to: error))
    }
  }

  /// What a submission is answered: 200 where the venue has spoken, even against it.
  private func response(to reply: Reply) -> HTTPResponse {
    switch reply {
    case .created(let order), .repeated(let order), .canceled(let order), .replaced(let order),
      .notCanceled(let order, _):
      return response(200, order, error: nil)
    case .pending(let order):
      return response(
        202, order,
        error: "The venue has not answered yet. GET /orders/\(order.id) tells the outcome.")
    case .rejected(let order):
      let error = APIError(rejected: order)
      // What the venue refused was no error there; what was never sent is one.
      return response(order.state == .denied ? 422 : 200, order, error: error.sentence)
    case .refused(let refusal): return response(to: APIError(refusal))
    case .tradingState: return HTTPFailure.unanswered.response
    }
  }

  private func response(_ status: Int, _ order: Order, error: String?) -> HTTPResponse {
    let isExecuted = ![.rejected, .denied, .notFound].contains(order.state)
    return response(
      status, isSuccess: isExecuted, orderID: order.id.description,
      filled: order.filledQuantity.amount, averagePrice: order.averagePrice, error: error)
  }

  private func response(to error: APIError) -> HTTPResponse {
    var response = response(
      error.status, isSuccess: false, orderID: error.orderID?.description, filled: .zero,
      averagePrice: nil, error: error.sentence)
    response.headers += error.headers
    return response
  }

  private func response(
    _ status: Int, isSuccess: Bool, orderID: String?, filled: Decimal, averagePrice: Decimal?,
    error: String?
  ) -> HTTPResponse {
    var json = JSONWriter(reserving: 256)
    json.beginObject()
    json.member("success", isSuccess)
    json.member("order_id", orderID)
    json.member("filled_quantity", number: filled)
    json.member("average_price", number: averagePrice ?? .zero)
    json.member("error", error)
    json.key("timestamp")
    json.integer(Int(Gateway.now.microseconds / 1_000))
    json.endObject()
    return HTTPResponse(status: status, body: json.bytes)
  }

  // MARK: Positions

  private func position(_ call: Call) {
    do throws(APIError) {
      guard let name = try ListQuery.account(call.request) else {
        throw APIError(
          status: 400, code: "MISSING_FIELD", "The query names no exchange: send ?exchange=NAME.")
      }
      let plugin = try plugin(name.text)
      let symbol = try ListQuery.symbol(call.request)
      let account = gateway.registry.account(executing: plugin.name) ?? plugin.name
      let held = gateway.positions.filter {
        $0.key.account == account && (symbol ?? $0.key.symbol) == $0.key.symbol
      }.sorted { $0.key.symbol.text < $1.key.symbol.text }
      var json = JSONWriter(reserving: 1_024)
      if let symbol {
        write(held.first?.value, symbol, of: plugin, account, to: &json)
      } else {
        json.beginObject()
        json.key("positions")
        json.beginArray()
        for (key, position) in held { write(position, key.symbol, of: plugin, account, to: &json) }
        json.endArray()
        json.endObject()
      }
      call.respond(HTTPResponse(status: 200, body: json.bytes))
    } catch {
      call.respond(error)
    }
  }

  private func plugin(_ name: String) throws(APIError) -> any ExecutionPlugin {
    guard let plugin = AccountID(name.lowercased()).flatMap({ gateway.registry.instance($0) })
    else { throw .notFound("There is no plugin \(BodyFields.shown(name)).") }
    return plugin
  }

  /// A position in the shape that was promised there; of a venue that lends, what it lends is not
  /// known here.
  private func write(
    _ position: Position?, _ symbol: Symbol, of plugin: any ExecutionPlugin, _ account: AccountID,
    to json: inout JSONWriter
  ) {
    let quantity = position?.quantity ?? .zero
    let price = gateway.marketPrice(of: PositionKey(account: account, symbol: symbol))
    let isLeveraged = plugin.capabilities.hasLeverage
    json.beginObject()
    json.member("symbol", symbol.text)
    json.member("side", quantity.isZero ? "flat" : quantity.isNegative ? "short" : "long")
    json.member("size", number: quantity.magnitude)
    json.member("entry_price", number: position?.averageEntryPrice ?? .zero)
    json.member("mark_price", number: price?.amount)
    json.member(
      "unrealized_pnl",
      number: quantity.isZero ? .zero : price.flatMap { position?.unrealizedPnL(at: $0) })
    json.member("leverage", number: isLeveraged ? nil : Decimal(1))
    json.member("margin", number: isLeveraged ? nil : position?.openCost.magnitude ?? .zero)
    json.endObject()
  }

  // MARK: Leverage

  private func setLeverage(_ call: Call) {
    do throws(APIError) {
      let plugin = try plugin(call.parameters[0])
      let fields = try BodyFields(call.request.body)
      guard let symbol = try fields.text("symbol").flatMap({ Symbol(anySpelling: $0) }) else {
        throw .invalid(
          "UNKNOWN_SYMBOL", field: "symbol", "symbol must be an instrument such as BTCUSDT.")
      }
      guard let leverage = fields.root["leverage"]?.integer,
        FKSRoutes.leverages.contains(leverage)
      else {
        throw .invalid(
          "INVALID_LEVERAGE", field: "leverage",
          "leverage must be a whole number from \(FKSRoutes.leverages.lowerBound) to "
            + "\(FKSRoutes.leverages.upperBound).")
      }
      guard plugin.capabilities.hasLeverage else {
        throw APIError(
          status: 501, code: "NO_LEVERAGE",
          "\(plugin.name) trades without leverage, or leaves it to the venue's own pages.")
      }
      if let denial = gateway.denial(of: plugin) {
        throw APIError(status: 422, code: denial.code, denial.sentence)
      }
      LoopActor.task { await setLeverage(leverage, of: symbol, at: plugin, call) }
    } catch {
      call.respond(error)
    }
  }

  /// As much as any venue lends.
  private static let leverages = 1...125

  private func setLeverage(
    _ leverage: Int, of symbol: Symbol, at plugin: any ExecutionPlugin, _ call: Call
  ) async {
    do throws(PluginError) {
      try await plugin.setLeverage(leverage, of: symbol)
    } catch {
      return call.respond(
        APIError(status: 503, code: "VENUE_UNAVAILABLE", error.description))
    }
    var json = JSONWriter()
    json.beginObject()
    json.member("success", true)
    json.member("exchange", plugin.name.text)
    json.member("symbol", symbol.text)
    json.member("leverage", leverage)
    json.member("error", nil)
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  // MARK: The demonstration

  /// What GET shows, and POST where its body names no symbol or no prices.
  private static let demonstration = (
    symbol: "ES", prices: ["4420", "4422", "4419.5", "4425", "4424"]
  )

  /// The five figures that callers of `/execute/signal` know. It demonstrates the connection and
  /// never places an order: the mean of the prices is worked out, the other two are constants.
  private func demonstrate(_ call: Call) {
    do throws(APIError) {
      var (symbol, prices) = (
        FKSRoutes.demonstration.symbol,
        FKSRoutes.demonstration.prices.map { try? Decimal(text: $0) }
      )
      if call.request.method == .post {
        let fields = try BodyFields(call.request.body)
        guard !fields.has("prices") || fields.root["prices"]?.kind == .array else {
          throw .invalid("WRONG_TYPE", field: "prices", "prices must be a list of numbers.")
        }
        let given = fields.root["prices"]?.elements ?? []
        if let name = try fields.text("symbol"), !given.isEmpty {
          symbol = name
          prices = given.map { $0.numberText.flatMap { try? Decimal(text: $0) } }
        }
      }
      let known = prices.compactMap(\.self)
      guard known.count == prices.count else {
        throw .invalid("NOT_A_NUMBER", field: "prices", "prices must be decimal numbers.")
      }
      let sum = known.reduce(Decimal.zero) { $0 + $1 }
      var json = JSONWriter()
      json.beginObject()
      json.member("symbol", symbol)
      json.member("rsi", number: Decimal(55))
      json.member(
        "ema", number: Decimal.quotient(sum, over: Decimal(known.count), scale: Position.priceScale)
      )
      json.member("risk_allowance", number: Decimal(1_500))
      json.member("latency_ms", Int(call.elapsedNanoseconds / 1_000_000))
      json.endObject()
      call.respond(HTTPResponse(status: 200, body: json.bytes))
    } catch {
      call.respond(error)
    }
  }
}
