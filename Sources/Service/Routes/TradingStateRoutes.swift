// The operator's brake over HTTP.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct TradingStateRoutes {
  let gateway: Gateway

  /// The longest reason: a sentence or two.
  private nonisolated static let reasonBytesMax = 500

  var routes: [Route] {
    [
      Route(.get, "/trading-state", .read, show),
      Route(.put, "/trading-state", .admin, set),
    ]
  }

  private func show(_ call: Call) {
    let changes = gateway.tradingStates.sorted { $0.scope.text < $1.scope.text }
    let service = changes.first { $0.scope == .service }?.state ?? .active
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.member("state", service.rawValue)
    json.key("scopes")
    json.beginArray()
    for change in changes {
      json.beginObject()
      json.members(of: change)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.respond(HTTPResponse(status: 200, body: json.bytes))
  }

  private func set(_ call: Call) {
    let change: TradingStateChange
    do throws(APIError) {
      change = try self.change(call)
    } catch {
      return call.respond(error)
    }
    gateway.set(change, by: call.caller) { reply in
      switch reply {
      case .tradingState(let change, let isDurable):
        var json = JSONWriter()
        json.beginObject()
        json.member("success", true)
        json.members(of: change)
        json.member("durable", isDurable)
        json.endObject()
        call.respond(HTTPResponse(status: isDurable ? 200 : 202, body: json.bytes))
      case .refused(let refusal): call.respond(APIError(refusal))
      case .created, .repeated, .pending, .rejected, .replaced, .canceled, .notCanceled:
        call.respond(HTTPFailure.unanswered.response)
      }
    }
  }

  private func change(_ call: Call) throws(APIError) -> TradingStateChange {
    let body = try JSONObject.parse(call.request.body)
    guard let state = body["state"]?.string.flatMap({ TradingState(rawValue: $0) }) else {
      throw .invalid(
        "INVALID_STATE", field: "state", "state must be ACTIVE, REDUCING or HALTED.")
    }
    return TradingStateChange(
      scope: try scope(body), state: state,
      reason: try TradingStateRoutes.reason(body["reason"]?.string), author: call.principal.name,
      at: Gateway.now)
  }

  /// Why a state is set, in the words of whoever sets it.
  nonisolated static func reason(_ text: String?) throws(APIError) -> String {
    guard let text, !text.isEmpty, text.utf8.count <= reasonBytesMax else {
      throw .invalid(
        "INVALID_REASON", field: "reason",
        "reason must be a text of 1 to \(reasonBytesMax) bytes: who looks later wants to know why."
      )
    }
    return text
  }

  private func scope(_ body: JSONValue) throws(APIError) -> TradingScope {
    let named = ["plugin", "strategy_id", "symbol"].filter { name in
      body[name: name].map { !$0.isNull } ?? false
    }
    guard named.count <= 1 else {
      throw .invalid(
        "INVALID_SCOPE", field: named[1],
        "A state is for one plugin, one strategy_id or one symbol, or for the service if none is "
          + "named; \(named.joined(separator: " and ")) are too many.")
    }
    guard let name = named.first else { return .service }
    let text = body[name: name]?.string
    let scope: TradingScope? =
      switch name {
      case "plugin":
        text.flatMap { AccountID($0) }.flatMap { gateway.registry.instance($0) == nil ? nil : $0 }
          .map { .account($0) }
      case "strategy_id": text.flatMap { Label($0) }.map { .strategy($0) }
      default: text.flatMap { Symbol(anySpelling: $0) }.map { .symbol($0) }
      }
    guard let scope else {
      throw .invalid(
        "INVALID_SCOPE", field: name, "\(name) must be the name of one that there is.")
    }
    return scope
  }
}

extension JSONWriter {
  fileprivate mutating func members(of change: TradingStateChange) {
    member("scope", change.scope.text)
    member("state", change.state.rawValue)
    member("reason", change.reason)
    member("author", change.author)
    member("changed_at", change.at.text)
  }
}
