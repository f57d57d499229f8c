// Balances over HTTP, as the venues state them at the moment of the request.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct BalanceRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.get, "/balances", .read, list),
      Route(.get, "/balances/{asset}", .read, show),
    ]
  }

  private struct Part {
    let account: AccountID
    let balance: Balance
  }

  private func list(_ call: Call) {
    LoopActor.task {
      do throws(APIError) {
        let byAsset = Dictionary(grouping: try await parts(), by: \.balance.asset)
        var json = JSONWriter(reserving: 1_024)
        json.beginObject()
        json.key("balances")
        json.beginArray()
        for asset in byAsset.keys.sorted(by: { $0.text < $1.text }) {
          write(asset, byAsset[asset] ?? [], to: &json)
        }
        json.endArray()
        json.endObject()
        call.respond(HTTPResponse(status: 200, body: json.bytes))
      } catch {
        call.respond(error)
      }
    }
  }

  private func show(_ call: Call) {
    LoopActor.task {
      do throws(APIError) {
        let asset = Asset(call.parameters[0].uppercased())
        let held = try await parts().filter { $0.balance.asset == asset }
        guard let asset, !held.isEmpty else {
          throw .notFound(
            "No account has \(String(call.parameters[0].prefix(40)).debugDescription).")
        }
        var json = JSONWriter()
        write(asset, held, to: &json)
        call.respond(HTTPResponse(status: 200, body: json.bytes))
      } catch {
        call.respond(error)
      }
    }
  }

  /// A venue that does not answer makes the whole answer fail: a sum without it would be invented.
  private func parts() async throws(APIError) -> [Part] {
    var parts: [Part] = []
    for plugin in gateway.registry.instances {
      do throws(PluginError) {
        parts += try await plugin.balances().map { Part(account: plugin.name, balance: $0) }
      } catch {
        throw APIError(
          status: 503, code: "VENUE_UNAVAILABLE",
          "\(plugin.name) does not tell its balances: \(error.description)")
      }
    }
    return parts
  }

  private func write(_ asset: Asset, _ parts: [Part], to json: inout JSONWriter) {
    let sum = parts.reduce(Balance(asset: asset, free: .zero, locked: .zero)) {
      Balance(
        asset: asset, free: $0.free + $1.balance.free, locked: $0.locked + $1.balance.locked)
    }
    json.beginObject()
    json.member("asset", asset.text)
    write(sum, to: &json)
    json.key("accounts")
    json.beginArray()
    for part in parts.sorted(by: { $0.account.text < $1.account.text }) {
      json.beginObject()
      json.member("exchange", part.account.text)
      write(part.balance, to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  private func write(_ balance: Balance, to json: inout JSONWriter) {
    json.member("total", number: balance.total)
    json.member("free", number: balance.free)
    json.member("locked", number: balance.locked)
  }
}
