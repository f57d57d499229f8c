// The plugins over HTTP. Their orders, positions and balances stand with those of all others.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct PluginRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.get, "/api/v1/plugins", .read, list),
      Route(.get, "/api/v1/plugins/{name}", .read, show),
    ]
  }

  private func list(_ call: Call) {
    var json = JSONWriter(reserving: 1_024)
    json.beginObject()
    json.key("plugins")
    json.beginArray()
    for plugin in gateway.registry.instances { write(plugin, to: &json) }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private func show(_ call: Call) {
    let name = call.parameters[0].lowercased()
    guard let plugin = AccountID(name).flatMap({ gateway.registry.instance($0) }) else {
      return call.respond(.notFound("There is no plugin \(BodyFields.shown(name))."))
    }
    var json = JSONWriter(reserving: 1_024)
    write(plugin, to: &json)
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private func write(_ plugin: any ExecutionPlugin, to json: inout JSONWriter) {
    let rules = plugin.capabilities.rules
    json.beginObject()
    json.member("name", plugin.name.text)
    json.member("default", plugin.name == gateway.registry.defaultName)
    json.member("healthy", plugin.health.isHealthy)
    json.member("detail", plugin.health.detail)
    json.member("takes_orders", gateway.isGateOpen(plugin.name))
    json.member("live", plugin.capabilities.isLive)
    json.member("order_types", rules.orderTypes.map(\.rawValue))
    json.member("time_in_force", rules.timesInForce.map(\.rawValue))
    json.member("post_only", rules.hasPostOnly)
    json.member("reduce_only", rules.hasReduceOnly)
    json.member("display_quantity", rules.hasDisplayQuantity)
    json.member("amend", rules.canAmend)
    if !plugin.model.isEmpty { json.member("model", plugin.model) }
    json.endObject()
  }
}
