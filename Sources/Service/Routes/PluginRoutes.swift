// The plugins over HTTP. Their orders, positions and balances stand with those of all others.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct PluginRoutes {
  let gateway: Gateway
  let instances: Instances

  var routes: [Route] {
    [
      Route(.get, "/api/v1/plugins", .read, list),
      Route(.get, "/api/v1/plugins/{name}", .read, show),
      Route(.put, "/api/v1/plugins/{name}", .admin, set),
    ]
  }

  private func list(_ call: Call) {
    var json = JSONWriter(reserving: 1_024)
    json.beginObject()
    json.key("plugins")
    json.beginArray()
    for plugin in gateway.registry.instances {
      json.beginObject()
      write(plugin, to: &json)
      json.endObject()
    }
    json.endArray()
    json.key("problems")
    json.beginArray()
    for (file, reason) in instances.problems.sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.member("file", file)
      json.member("error", reason)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private func plugin(_ call: Call) throws(APIError) -> any ExecutionPlugin {
    let name = call.parameters[0].lowercased()
    guard let plugin = AccountID(name).flatMap({ gateway.registry.instance($0) }) else {
      throw .notFound("There is no plugin \(BodyFields.shown(name)).")
    }
    return plugin
  }

  private func show(_ call: Call) {
    do throws(APIError) {
      call.respond(response(200, try plugin(call)))
    } catch {
      call.respond(error)
    }
  }

  private func response(_ status: Int, _ plugin: any ExecutionPlugin) -> HTTPResponse {
    var json = JSONWriter(reserving: 2_048)
    json.beginObject()
    write(plugin, to: &json)
    json.key("history")
    json.beginArray()
    for change in gateway.registry.histories[plugin.name]?.changes ?? [] {
      json.beginObject()
      json.member("at", change.at.text)
      json.member("healthy", change.health.isHealthy)
      json.member("detail", change.health.detail)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return HTTPResponse(status: status, body: json.bytes)
  }

  private func write(_ plugin: any ExecutionPlugin, to json: inout JSONWriter) {
    let rules = plugin.capabilities.rules
    let placement = gateway.registry.placements[plugin.name]
    json.member("name", plugin.name.text)
    json.member("default", plugin.name == gateway.registry.defaultName)
    json.member(
      "enabled", placement?.isEnabled != false && brake(of: plugin)?.state ?? .active == .active)
    json.key("priority")
    if let placement { json.integer(placement.priority) } else { json.null() }
    json.member("symbols", placement?.symbols.map(\.text).sorted() ?? [])
    json.member("strategies", placement?.strategies.map(\.text).sorted() ?? [])
    json.member("healthy", plugin.health.isHealthy)
    json.member("detail", plugin.health.detail)
    json.member("takes_orders", gateway.isGateOpen(plugin.name))
    json.member("live", plugin.capabilities.isLive)
    json.member("leverage", plugin.capabilities.hasLeverage)
    json.member("order_types", rules.orderTypes.map(\.rawValue))
    json.member("time_in_force", rules.timesInForce.map(\.rawValue))
    json.member("post_only", rules.hasPostOnly)
    json.member("reduce_only", rules.hasReduceOnly)
    json.member("display_quantity", rules.hasDisplayQuantity)
    json.member("amend", rules.canAmend)
    if !plugin.model.isEmpty { json.member("model", plugin.model) }
  }

  // MARK: Set

  /// The trading state of a plugin, as somebody has set it.
  private func brake(of plugin: any ExecutionPlugin) -> TradingStateChange? {
    gateway.tradingStates.first { $0.scope == .account(plugin.name) }
  }

  /// Enables or disables a plugin, makes it the default, or both.
  private func set(_ call: Call) {
    do throws(APIError) {
      let plugin = try plugin(call)
      let fields = try BodyFields(call.request.body)
      let isDefault = try fields.flag("default")
      let enabled = fields.has("enabled") ? try fields.flag("enabled") : nil
      let reason = try fields.text("reason")
      guard isDefault || enabled != nil else {
        throw .invalid(
          "MISSING_FIELD", field: "enabled",
          "Nothing is to be changed: send enabled, or \"default\": true.")
      }
      var change: TradingStateChange?
      if let enabled {
        change = try self.change(enabled, of: plugin, reason: reason, by: call.principal)
      }
      guard isDefault else { return make(change, of: plugin, call) }
      gateway.makeDefault(plugin.name) { error in
        if let error { return call.respond(APIError(error)) }
        make(change, of: plugin, call)
      }
    } catch {
      call.respond(error)
    }
  }

  /// Makes a change, if there is one, and answers with the plugin as it is then.
  private func make(
    _ change: TradingStateChange?, of plugin: any ExecutionPlugin, _ call: Call
  ) {
    guard let change else { return call.respond(response(200, plugin)) }
    gateway.set(change, by: call.caller) { reply in
      switch reply {
      case .tradingState(_, let isDurable):
        call.respond(response(isDurable ? 200 : 202, plugin))
      case .refused(let refusal): call.respond(APIError(refusal))
      case .created, .repeated, .pending, .rejected, .replaced, .canceled, .notCanceled:
        call.respond(HTTPFailure.unanswered.response)
      }
    }
  }

  /// The brake that a disabled plugin has: what is open there can still be cancelled and closed.
  /// Nil where it has it already.
  private func change(
    _ isEnabled: Bool, of plugin: any ExecutionPlugin, reason: String?, by principal: Principal
  ) throws(APIError) -> TradingStateChange? {
    let brake = brake(of: plugin)
    guard isEnabled != (brake?.state ?? .active == .active) else { return nil }
    if isEnabled, let brake, brake.state == .halted {
      throw APIError(
        status: 409, code: "PLUGIN_HALTED",
        "\(brake.author) halted \(plugin.name): \(brake.reason) PUT /trading-state lifts that.")
    }
    return TradingStateChange(
      scope: .account(plugin.name), state: isEnabled ? .active : .reducing,
      reason: try TradingStateRoutes.reason(
        reason ?? "The plugin is \(isEnabled ? "enabled" : "disabled")."),
      author: principal.name, at: Gateway.now)
  }
}
