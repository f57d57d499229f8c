// The event streams over HTTP: who may read, what is asked for, from where on.

internal import Network
internal import Plugins
internal import Wire

@LoopActor struct StreamRoutes {
  let hub: StreamHub
  /// Whether nobody needs a key, so that a web page could read through its visitor.
  let isOpenToAll: Bool

  var routes: [Route] {
    [
      Route(.get, "/events", .read, serverSentEvents),
      Route(.get, "/ws", .read, webSocket),
    ]
  }

  private func serverSentEvents(_ call: Call) {
    let head = HTTPResponse(
      status: 200, contentType: "text/event-stream",
      headers: [
        ("Cache-Control", "no-store"),
        // nginx would collect the answer before it passes it on.
        ("X-Accel-Buffering", "no"),
      ])
    open(call, head, .serverSentEvents)
  }

  /// Other answers stay closed to web pages of another origin by themselves; a WebSocket does not.
  private func webSocket(_ call: Call) {
    guard !isOpenToAll || call.request.header("origin") == nil else {
      return call.respond(.browser)
    }
    do throws(APIError) {
      open(call, try WebSocketHandshake.answer(to: call.request), .webSocket)
    } catch {
      call.respond(error)
    }
  }

  private func open(_ call: Call, _ head: HTTPResponse, _ transport: StreamTransport) {
    do throws(APIError) {
      let filter = try StreamFilter(query: call.request, registry: hub.gateway.registry)
      hub.open(call, head, transport, filter, after: try place(call.request))
    } catch {
      call.respond(error)
    }
  }

  /// The place after which the stream is to begin, if the request names one. The header comes from
  /// clients that connect again by themselves, whose address keeps the parameter of the first time.
  private func place(_ request: HTTPRequest) throws(APIError) -> EventID? {
    let text = request.header("last-event-id") ?? request.query("last_event_id")
    guard let text, !text.isEmpty else { return nil }
    guard let place = EventID(text: text) else {
      throw APIError(
        status: 400, code: "INVALID_EVENT_ID",
        "\(String(text.prefix(40)).debugDescription) is no event id. Send the id of the last event "
          + "that was received, or 0 for everything.")
    }
    return place
  }
}
