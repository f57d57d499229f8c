// The trail of an order over HTTP: the same document that `export` prints.

internal import Network
internal import Storage
internal import Trading
internal import Wire

@LoopActor struct TrailRoutes {
  let gateway: Gateway

  var routes: [Route] { [Route(.get, "/orders/{id}/trail", .read, show)] }

  private func show(_ call: Call) {
    let noOrder = OrderRoutes.noOrder(call.parameters[0])
    guard let reference = OrderReference(path: call.parameters[0]) else {
      return call.respond(noOrder)
    }
    LoopActor.task {
      let found = await gateway.read { (reader) throws(StoreError) in
        try reader.trail(of: reference)
      }
      switch found {
      case .success(let trail?):
        call.respond(HTTPResponse(status: 200, body: TrailDocument.json(of: trail)))
      case .success(nil): call.respond(noOrder)
      case .failure(let error): call.respond(APIError(error))
      }
    }
  }
}
