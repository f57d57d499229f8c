// The plugins over HTTP. Their orders, positions and balances stand with those of all others.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct PluginRoutes {
  let gateway: Gateway

  var routes: [Route] {
    [
      Route(.get, "/api/v1/plugins", .read, list)
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
}
