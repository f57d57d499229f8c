// What terminals call. Their token is checked by the plugin that they are a terminal of; API keys
// have no say here, and nothing of it is a caller's command.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct BridgeRoutes {
  let gateway: Gateway

  var routes: [Route] {
    BridgePlugin.Step.allCases.map { step in
      Route(.post, "/bridge/{name}/\(step.rawValue)", nil, isAudited: false) { call in
        take(step, call)
      }
    }
  }

  private func take(_ step: BridgePlugin.Step, _ call: Call) {
    let name = AccountID(call.parameters[0].lowercased())
    guard let bridge = name.flatMap({ gateway.registry.instance($0) }) as? BridgePlugin else {
      return call.respond(
        .notFound(
          "There is no bridge \(BodyFields.shown(call.parameters[0])). PLUGINS has to name it, and "
            + "its transport has to be bridge."))
    }
    let authorization = call.request.header("authorization")
    bridge.take(step, authorization: authorization, bytes: call.request.body) { answer in
      switch answer {
      case .object(let bytes): call.respond(HTTPResponse(status: 200, body: bytes))
      case .nothing: call.respond(HTTPResponse(status: 204, contentType: nil))
      case .refused(let refusal):
        call.respond(
          APIError(status: refusal.status, code: refusal.code, refusal.sentence))
      }
    }
  }
}
