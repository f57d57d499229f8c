// The audit log over HTTP: which commands came, from whom and with what outcome.

internal import Crypto
internal import Network
internal import Storage
internal import Trading
internal import Wire

@LoopActor struct AuditRoutes {
  let gateway: Gateway

  var routes: [Route] { [Route(.get, "/audit", .admin, list)] }

  private func list(_ call: Call) {
    let filter: AuditFilter
    do throws(APIError) {
      filter = try AuditFilter(query: call.request)
    } catch {
      return call.respond(error)
    }
    gateway.answerPage(call) { (reader) throws(StoreError) in
      try reader.audit(filter)
    } writing: { page in
      var json = JSONWriter(reserving: 256 + page.entries.count * 288)
      json.beginObject()
      json.key("commands")
      json.beginArray()
      for (number, entry) in page.entries {
        json.beginObject()
        json.member("number", Int(number))
        json.member("timestamp", entry.at.text)
        json.member("key", entry.caller.key)
        json.member("request_id", entry.caller.requestID)
        json.member("method", entry.method)
        json.member("path", entry.path)
        json.member("request_sha256", Hex.encode(entry.digest))
        json.member("status", entry.status)
        json.endObject()
      }
      json.endArray()
      json.member("next", page.next.map { "\($0)" })
      json.endObject()
      return json.bytes
    }
  }
}

extension AuditFilter {
  init(query request: HTTPRequest) throws(APIError) {
    self.init()
    key = request.query("key")
    requestID = request.query("request_id")
    method = request.query("method")?.uppercased()
    if let text = request.query("status") {
      guard let status = Int(text), (100...599).contains(status) else {
        throw ListQuery.invalid("status", "an HTTP status such as 201", text)
      }
      self.status = status
    }
    since = try ListQuery.moment(request, "since")
    until = try ListQuery.moment(request, "until")
    if let text = request.query("next") {
      guard let number = Int64(text), number > 0 else {
        throw ListQuery.invalid("next", "the `next` of an earlier answer", text)
      }
      before = number
    }
    limit = try ListQuery.limit(request) ?? limit
  }
}
