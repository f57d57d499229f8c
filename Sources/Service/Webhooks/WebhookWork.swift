// One webhook on its way to its answer. It is answered once, in time, and everything that there is
// to note about the answer is noted here.

internal import Network
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor final class WebhookWork {
  let call: Call
  private let gateway: Gateway
  private let metrics: WebhookMetrics
  private let budget: StrangerBudget

  /// Where it is from; nil as long as that is not known.
  var source: WebhookSource?
  /// The range of addresses that it is from, for metrics.
  var client = "unknown"
  var alert: Alert?
  /// The instrument, once it is known that there is one.
  var symbol: Symbol?
  /// Called with the answer.
  var onEnd: @LoopActor (WebhookAnswer) -> Void = { _ in }
  /// Whether an earlier copy of the alert made the order.
  var isCopy = false
  /// Whether a venue is being asked for something that the order depends on.
  var isAskingVenue = false
  private(set) var isAnswered = false
  private var deadline: Timer?

  /// TradingView hangs up after 3 s; an answer has to be on its way before.
  private static let deadlineMilliseconds = 2_400

  init(_ call: Call, gateway: Gateway, metrics: WebhookMetrics, budget: StrangerBudget) {
    self.call = call
    self.gateway = gateway
    self.metrics = metrics
    self.budget = budget
  }

  /// The name of the source, as far as it is proved.
  var sourceName: String { source?.name ?? "unknown" }

  /// Whose command its orders are.
  var caller: Provenance.Caller {
    Provenance.Caller(key: "webhook:\(sourceName)", requestID: call.id.description)
  }

  /// Has the work answered in time: with the order, if it is durable by then.
  func watch(_ keys: AlertKeys) {
    let elapsed = Int(call.elapsedNanoseconds / 1_000_000)
    let rest = WebhookWork.deadlineMilliseconds - elapsed
    deadline = EventLoop.shared.schedule(afterMilliseconds: rest) { [self] in
      if let order = gateway.durableOrder(under: keys.own) {
        return answer(.order(order, status: 202, isRepeated: isCopy))
      }
      var error =
        isAskingVenue
        ? APIError(
          status: 503, code: "VENUE_UNAVAILABLE",
          "The venue does not tell its balances in time, which the size is worked out from; "
            + "nothing was sent. Send it again.")
        : APIError(
          status: 503, code: "NOT_IN_TIME",
          "The alert could not be recorded in time. Send it again: it is traded once at most.")
      error.headers = [("Retry-After", "5")]
      answer(.refused(error))
    }
  }

  func answer(_ answer: WebhookAnswer) {
    guard !isAnswered else { return }
    isAnswered = true
    deadline?.cancel()
    note(answer)
    call.respond(answer.response(alert?.action, requestID: call.id.description))
    onEnd(answer)
  }

  private func note(_ answer: WebhookAnswer) {
    metrics.answered(sourceName, answer.word, nanoseconds: call.elapsedNanoseconds)
    metrics.decided(client, answer.word)
    switch answer {
    case .ignored(let code, _): metrics.ignored(sourceName, symbol, code: code)
    case .order(_, _, let isRepeated): if isRepeated { metrics.repeated(sourceName) }
    case .refused(let error, _): gateway.metrics.refused(error)
    case .heartbeat: break
    }
    // Strangers must not push the commands of the others out of the audit log.
    guard source != nil || budget.take() else { return }
    gateway.audit.add(
      call.request, path: "\(WebhookRoutes.path)#\(answer.decision)", caller,
      status: answer.status)
    gateway.log.info(
      "A webhook was answered.",
      [
        ("request_id", call.id.description), ("source", sourceName),
        ("decision", answer.decision), ("strategy", alert?.strategy?.text ?? ""),
        ("symbol", symbol?.text ?? ""), ("action", alert?.action.name ?? ""),
      ])
  }
}

/// How many refusals of strangers are written down one by one.
@LoopActor final class StrangerBudget {
  private var bucket = TokenBucket(perSecond: 1, burst: 100, at: Gateway.now)

  func take() -> Bool { bucket.take(at: Gateway.now) == nil }
}
