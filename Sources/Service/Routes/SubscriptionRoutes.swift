// Subscriptions to reports over HTTP.

internal import Crypto
internal import Network
internal import Plugins
internal import Storage
internal import Trading
internal import Wire

@LoopActor struct SubscriptionRoutes {
  let reports: Reports
  /// Whether a host may be reported to without encryption.
  let mayBePlain: @Sendable (String) -> Bool

  private static let path = "/api/v1/subscriptions"

  var routes: [Route] {
    [
      Route(.post, SubscriptionRoutes.path, .admin, create),
      Route(.get, SubscriptionRoutes.path, .admin, list),
      Route(.get, SubscriptionRoutes.path + "/{id}", .admin, show),
      Route(.delete, SubscriptionRoutes.path + "/{id}", .admin, remove),
      Route(.post, SubscriptionRoutes.path + "/{id}/replay", .admin, replay),
    ]
  }

  // MARK: Create

  private func create(_ call: Call) {
    do throws(APIError) {
      try check()
      let fields = try BodyFields(call.request.body)
      let url = try url(fields)
      let filter = try filter(fields)
      guard reports.deliveries.count < ReportLimits.subscriptionsMax else {
        throw APIError(
          status: 409, code: "TOO_MANY_SUBSCRIPTIONS",
          "There are \(ReportLimits.subscriptionsMax) subscriptions already. Delete one first.")
      }
      let after = try fields.text("after")
      LoopActor.task {
        do throws(APIError) {
          let place = try await place(after)
          let id = Hex.encode(SecureRandom.bytes(8))
          let subscription = Subscription(
            id: id, url: url, filter: filter, createdAt: Gateway.now, place: place)
          reports.add(subscription) { error in
            if let error { return call.respond(APIError(error)) }
            guard let delivery = reports.deliveries[id] else {
              return call.respond(SubscriptionRoutes.notFound(id))
            }
            call.respond(response(201, delivery, key: reports.key(of: id)))
          }
        } catch {
          call.respond(error)
        }
      }
    } catch {
      call.respond(error)
    }
  }

  private func check() throws(APIError) {
    guard reports.isEnabled else {
      throw APIError(
        status: 501, code: "REPORTS_OFF",
        "REPORT_SECRET is not set, so reports could not be signed. Set it to a long random text.")
    }
    guard reports.isReady else {
      var error = APIError(
        status: 503, code: "NOT_READY", "The subscriptions are still being read. Ask again.")
      error.headers = [("Retry-After", "1")]
      throw error
    }
  }

  private func url(_ fields: BodyFields) throws(APIError) -> ReportURL {
    guard let text = try fields.text("url") else { throw BodyFields.missing("url") }
    guard let url = ReportURL(text) else {
      throw .invalid(
        "INVALID_URL", field: "url",
        "url must be https:// or http:// with a host, perhaps a path and a query, and nothing "
          + "else.")
    }
    guard url.origin.isSecure || mayBePlain(url.origin.host) else {
      throw .invalid(
        "INVALID_URL", field: "url",
        "\(url.origin.host) is another machine: use https://, or name it in "
          + "ALLOW_PLAINTEXT_HOSTS.")
    }
    return url
  }

  private func filter(_ fields: BodyFields) throws(APIError) -> StreamFilter {
    var filter = StreamFilter()
    filter.types = StreamFilter.reportedTypes
    if let value = fields.root["types"], !value.isNull {
      let types = value.elements.compactMap { $0.string.flatMap(StreamEventType.init) }
      guard !types.isEmpty, types.count == value.elements.count,
        StreamFilter.reportedTypes.isSuperset(of: types)
      else {
        let names = StreamFilter.reportedTypes.map(\.rawValue).sorted().joined(separator: ", ")
        throw .invalid(
          "INVALID_TYPES", field: "types", "types must be a list with one or more of \(names).")
      }
      filter.types = Set(types)
    }
    if let account = try OrderBody.account(fields) {
      guard reports.gateway.registry.instance(account) != nil else {
        throw .invalid(
          "UNKNOWN_PLUGIN", field: "plugin", "There is no plugin \(account).")
      }
      filter.plugin = account.text
    }
    if let text = try fields.text("symbol") {
      guard let symbol = Symbol(anySpelling: text) else {
        throw .invalid(
          "UNKNOWN_SYMBOL", field: "symbol", "symbol must be an instrument such as BTCUSDT.")
      }
      filter.symbol = symbol.text
    }
    filter.strategyID = try fields.label("strategy_id")?.text
    return filter
  }

  /// The place in the journal after which to begin: that of an event, or the journal's end.
  private func place(_ text: String?) async throws(APIError) -> EventID {
    let place = try text.map { (text) throws(APIError) in
      guard let place = EventID(text: text) else {
        throw APIError.invalid(
          "INVALID_EVENT_ID", field: "after",
          "after must be the id of an event, or 0 for everything that is there.")
      }
      return place
    }
    let (beginning, end) = await withCheckedContinuation { continuation in
      reports.gateway.readJournal { reader in
        (reader.beginning, reader.head)
      } answer: { result in
        continuation.resume(returning: (try? result.get()) ?? (0, 0))
      }
    }
    guard let place else { return EventID(through: end) }
    guard place.sequence == 0 || (beginning...end).contains(place.sequence) else {
      throw APIError.invalid(
        "UNKNOWN_EVENT_ID", field: "after",
        "The journal has the events after \(beginning) and up to \(end). Send one of those, or 0.")
    }
    return place.sequence == 0 ? EventID(through: beginning) : place
  }

  // MARK: Look

  private func list(_ call: Call) {
    do throws(APIError) {
      try check()
      var json = JSONWriter(reserving: 1_024)
      json.beginObject()
      json.key("subscriptions")
      json.beginArray()
      let all = reports.deliveries.values.sorted {
        ($0.subscription.createdAt, $0.subscription.id)
          < ($1.subscription.createdAt, $1.subscription.id)
      }
      for delivery in all {
        json.beginObject()
        write(delivery, to: &json)
        json.endObject()
      }
      json.endArray()
      json.endObject()
      call.respond(HTTPResponse(status: 200, body: json.bytes))
    } catch {
      call.respond(error)
    }
  }

  private func show(_ call: Call) {
    do throws(APIError) {
      call.respond(response(200, try delivery(call)))
    } catch {
      call.respond(error)
    }
  }

  private func delivery(_ call: Call) throws(APIError) -> ReportDelivery {
    try check()
    guard let delivery = reports.deliveries[call.parameters[0]] else {
      throw SubscriptionRoutes.notFound(call.parameters[0])
    }
    return delivery
  }

  private static func notFound(_ id: String) -> APIError {
    .notFound("There is no subscription \(BodyFields.shown(id)).")
  }

  private func response(
    _ status: Int, _ delivery: ReportDelivery, key: String? = nil
  ) -> HTTPResponse {
    var json = JSONWriter(reserving: 1_024)
    json.beginObject()
    write(delivery, to: &json)
    if let key { json.member("secret", key) }
    json.deadLetters(delivery.subscription.deadLetters)
    json.member("lost_letters", delivery.subscription.lostLettersCount)
    json.endObject()
    return HTTPResponse(status: status, body: json.bytes)
  }

  private func write(_ delivery: ReportDelivery, to json: inout JSONWriter) {
    let subscription = delivery.subscription
    json.member("subscription_id", subscription.id)
    json.member("url", subscription.url.text)
    json.members(of: subscription.filter)
    json.member("created_at", subscription.createdAt.text)
    json.member("place", subscription.place.description)
    json.member("last_number", subscription.lastNumber)
    json.member("dead_letters_count", subscription.deadLetters.count)
    json.member("problem", delivery.problem)
  }

  // MARK: Change

  private func remove(_ call: Call) {
    do throws(APIError) {
      let id = try delivery(call).subscription.id
      reports.remove(id) { error in
        if let error { return call.respond(APIError(error)) }
        call.respond(HTTPResponse(status: 204, contentType: nil))
      }
    } catch {
      call.respond(error)
    }
  }

  private func replay(_ call: Call) {
    do throws(APIError) {
      let delivery = try delivery(call)
      let fields = try BodyFields(call.request.body)
      let after = try fields.text("after")
      let isOfDeadLetters = try fields.flag("dead_letters")
      guard (after != nil) != isOfDeadLetters else {
        throw .invalid(
          "MISSING_FIELD", field: "after",
          "Send after with the id of an event, or \"dead_letters\": true; one of them.")
      }
      guard after != nil else {
        delivery.replayDeadLetters()
        return call.respond(response(202, delivery))
      }
      LoopActor.task {
        do throws(APIError) {
          delivery.replay(after: try await place(after))
          call.respond(response(202, delivery))
        } catch {
          call.respond(error)
        }
      }
    } catch {
      call.respond(error)
    }
  }
}
