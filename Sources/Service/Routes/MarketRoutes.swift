// The market of an instrument over HTTP, as the venue tells it at the moment of the request.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct MarketRoutes {
  let gateway: Gateway

  var routes: [Route] { [Route(.get, "/market/{symbol}", .read, show)] }

  private func show(_ call: Call) {
    let plugin: any ExecutionPlugin
    guard let symbol = Symbol(anySpelling: call.parameters[0]) else {
      return call.respond(MarketRoutes.noMarket(call.parameters[0], of: "No plugin"))
    }
    do throws(APIError) {
      guard
        let name = try ListQuery.account(call.request)
          ?? gateway.registry.preferred(for: symbol, of: nil),
        let found = gateway.registry.instance(name)
      else {
        throw .notFound("There is no such plugin. GET /api/v1/plugins lists those there are.")
      }
      plugin = found
    } catch {
      return call.respond(error)
    }
    LoopActor.task {
      do throws(PluginError) {
        guard let market = try await plugin.marketData(symbol) else {
          return call.respond(MarketRoutes.noMarket(symbol.text, of: plugin.name.text))
        }
        call.respond(HTTPResponse(status: 200, body: json(market, at: plugin.name)))
      } catch {
        call.respond(
          APIError(
            status: 503, code: "VENUE_UNAVAILABLE",
            "\(plugin.name) does not tell its market: \(error.description)"))
      }
    }
  }

  private static func noMarket(_ symbol: String, of plugin: String) -> APIError {
    .notFound("\(plugin) has no instrument \(BodyFields.shown(symbol)).")
  }

  private func json(_ market: MarketData, at name: AccountID) -> [UInt8] {
    var json = JSONWriter(reserving: 1_024)
    json.beginObject()
    json.member("symbol", market.symbol.text)
    json.member("exchange", name.text)
    json.member("bid", number: market.bids.first?.price.amount)
    json.member("ask", number: market.asks.first?.price.amount)
    json.member("last", number: market.last.amount)
    write(market.bids, "bids", to: &json)
    write(market.asks, "asks", to: &json)
    json.member("timestamp", (market.quotedAt ?? Gateway.now).text)
    json.endObject()
    return json.bytes
  }

  private func write(_ levels: [BookLevel], _ name: String, to json: inout JSONWriter) {
    json.key(name)
    json.beginArray()
    for level in levels {
      json.beginObject()
      json.member("price", number: level.price.amount)
      json.member("quantity", number: level.quantity.amount)
      json.endObject()
    }
    json.endArray()
  }
}
