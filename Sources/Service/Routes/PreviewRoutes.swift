// What would become of an order: the same body, the same gates, and nothing recorded or sent.

internal import Network
internal import Plugins
internal import Trading
internal import Wire

@LoopActor struct PreviewRoutes {
  let gateway: Gateway

  var routes: [Route] { [Route(.post, "/orders/preview", .trade, preview)] }

  private func preview(_ call: Call) {
    do throws(APIError) {
      let body = try OrderBody(
        call.request.body, idempotencyHeader: call.request.header("idempotency-key"),
        account: gateway.account(for:))
      switch gateway.preview(body.terms) {
      case .success(let preview): call.respond(response(to: preview))
      case .failure(let refusal): call.respond(APIError(refusal))
      }
    } catch {
      call.respond(error)
    }
  }

  private func response(to preview: OrderPreview) -> HTTPResponse {
    var json = JSONWriter(reserving: 2_048)
    json.beginObject()
    json.member("success", true)
    json.member(
      "would", preview.denial != nil ? "REFUSE" : preview.isHeld ? "HOLD" : "SEND")
    json.member("code", preview.denial?.code)
    json.member("reason", preview.denial?.sentence)
    json.key("order")
    json.beginObject()
    json.members(of: preview.order)
    json.endObject()
    json.key("checks")
    json.beginArray()
    for check in preview.checks { write(check, to: &json) }
    json.endArray()
    json.key("plan")
    json.beginArray()
    for slice in preview.plan {
      json.beginObject()
      json.member("at", slice.at?.text)
      json.member("quantity", number: slice.quantity.amount)
      if let account = slice.account { json.member("exchange", account.text) }
      json.endObject()
    }
    json.endArray()
    write(requestFor: preview.order, to: &json)
    json.endObject()
    return HTTPResponse(status: 200, body: json.bytes)
  }

  private func write(_ check: OrderPreview.Check, to json: inout JSONWriter) {
    json.beginObject()
    json.member("check", check.name)
    json.member("passed", check.denial == nil)
    json.member("value", number: check.value)
    json.member("limit", number: check.limit)
    json.member("headroom", number: check.headroom)
    json.member("code", check.denial?.code)
    json.member("reason", check.denial?.sentence)
    json.endObject()
  }

  private func write(requestFor order: Order, to json: inout JSONWriter) {
    json.key("venue_request")
    // What is worked in slices never leaves itself.
    guard order.algorithm == nil,
      let request = gateway.registry.instance(order.terms.account)?.request(for: order)
    else { return json.null() }
    json.beginObject()
    json.member("method", request.method)
    json.member("target", request.target)
    json.member("body", request.body)
    json.endObject()
  }
}
