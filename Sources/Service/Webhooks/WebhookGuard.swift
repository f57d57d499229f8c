// The first four of the five layers in front of an alert, in this order: address, rate, breaker,
// proof. The fifth is reading the alert itself. The rules to keep: a wrong signature never trips
// the breaker, or anybody could switch alerts off; and an alert that can only make a position
// smaller passes a used-up rate and an open breaker, because brakes always work.

internal import Network
internal import Telemetry
internal import Trading
internal import Wire

/// What a webhook was let through with.
struct WebhookAdmission {
  let source: WebhookSource
  let body: BodyFields
  /// The time that was signed with the body, as it was written.
  let signedAt: String?
}

/// Why a webhook was turned away.
struct WebhookRefusal: Error {
  let error: APIError
  /// What the Python service's callers know.
  let detail: String?
}

@LoopActor final class WebhookGuard {
  /// What the guard goes by.
  struct Rules {
    var plain: WebhookSource
    var sources: [WebhookSource]
    var addresses: AddressList
    var proxies: AddressList
    var window: SlidingWindow
    var breaker: CircuitBreaker.Configuration
    var toleranceMilliseconds: Int64
    /// Whether loopback, or everybody, may send alerts to the plain address without a secret.
    var openToLoopback: Bool
    var openToAll: Bool
  }

  private let rules: Rules
  private let metrics: WebhookMetrics
  private let venues: VenueMetrics
  private var window: SlidingWindow
  /// As much again for what can only make positions smaller.
  private var brakeWindow: SlidingWindow
  private var breaker: CircuitBreaker

  /// The breaker's name in metrics, beside those of the venues.
  private static let breakerName = "webhook"

  init(_ rules: Rules, metrics: WebhookMetrics, venues: VenueMetrics) {
    self.rules = rules
    self.metrics = metrics
    self.venues = venues
    (window, brakeWindow) = (rules.window, rules.window)
    breaker = CircuitBreaker(rules.breaker)
    venues.breaker(WebhookGuard.breakerName, breaker.state)
  }

  /// Lets a webhook through, or says why not. What it learns on the way is noted in `work`.
  func admit(_ work: WebhookWork) throws(WebhookRefusal) -> WebhookAdmission {
    let request = work.call.request
    let source = source(named: work.call.parameters.first)
    let client = try address(of: work, source)
    // Read only where it is asked for: strangers get no further than the rate.
    lazy var body = Result { () throws(APIError) in try BodyFields(request.body) }
    let isBrake = { (try? Alert(body.get()))?.action.isBrake == true }
    try limitRate(of: client, work, isBrake)
    try passBreaker(work, isBrake)
    let signedAt = try prove(source, client, body, work)
    work.source = source
    if let name = AlertPlaceholder.first(in: request.body) { throw WebhookGuard.unfilled(name) }
    switch body {
    case .success(let fields):
      return WebhookAdmission(source: source ?? rules.plain, body: fields, signedAt: signedAt)
    case .failure(let error): throw WebhookRefusal(error: error, detail: nil)
    }
  }

  /// The source of the plain address, or the one with this token; nil if there is none.
  private func source(named token: String?) -> WebhookSource? {
    guard let token else { return rules.plain }
    var found: WebhookSource?
    for source in rules.sources where source.hasToken(token) { found = source }
    return found
  }

  // MARK: 1. Address

  private func address(
    of work: WebhookWork, _ source: WebhookSource?
  ) throws(WebhookRefusal) -> IPAddress {
    let list = source?.addresses ?? rules.addresses
    let peer = work.call.peerAddress
    let client = peer.flatMap {
      rules.proxies.client(
        behind: $0, forwardedFor: work.call.request.headerValues("x-forwarded-for"))
    }
    let network = client.flatMap { list.network(of: $0) }
    metrics.addressChecked(isAllowed: list.isEmpty || network != nil)
    guard list.isEmpty || network != nil, let client else {
      throw WebhookRefusal(
        error: APIError(
          status: 403, code: "IP_NOT_ALLOWED",
          "Webhooks from \(client?.description ?? "an address that is not known") are not allowed. "
            + "Add it to IP_WHITELIST, and a proxy before this service to TRUSTED_PROXIES."),
        detail: "IP not whitelisted")
    }
    work.client = network?.description ?? (client.isLoopback ? "loopback" : "other")
    return client
  }

  // MARK: 2. Rate

  private func limitRate(
    of client: IPAddress, _ work: WebhookWork, _ isBrake: () -> Bool
  ) throws(WebhookRefusal) {
    let now = Gateway.now
    var wait = window.take(client, at: now)
    if wait != nil, isBrake() { wait = brakeWindow.take(client, at: now) }
    metrics.rateChecked(work.client, isAllowed: wait == nil)
    guard let wait else { return }
    var error = APIError(
      status: 429, code: "WEBHOOK_RATE_LIMITED",
      "More than \(window.limit) alerts within \(window.milliseconds / 1_000) s from one address; "
        + "nothing was done. Send it again in \(wait) ms, or raise RATE_LIMIT_REQUESTS.")
    error.headers = [WebhookGuard.retryAfter(wait)]
    throw WebhookRefusal(error: error, detail: "Rate limit exceeded")
  }

  // MARK: 3. Breaker

  private func passBreaker(
    _ work: WebhookWork, _ isBrake: () -> Bool
  ) throws(WebhookRefusal) {
    guard let wait = breaker.admit(at: Gateway.now) else {
      work.onEnd = { [weak self] answer in self?.learn(from: answer) }
      return showBreaker()
    }
    guard !isBrake() else { return }
    venues.breakerRefused(WebhookGuard.breakerName)
    var error = APIError(
      status: 503, code: "WEBHOOKS_PAUSED",
      "Several alerts in a row could not be recorded, so new ones wait; nothing was done. Send it "
        + "again in \(wait) ms. Closes pass.")
    error.headers = [WebhookGuard.retryAfter(wait)]
    throw WebhookRefusal(error: error, detail: "Service temporarily unavailable")
  }

  /// Codes of failures of the service itself. What else is answered is a caller's fault, or that of
  /// one venue, which has a breaker of its own and must not hold up alerts for the others.
  private static let ownFailures: Set = [
    "STORE_UNAVAILABLE", "STORE_FAILED", "STORE_CORRUPT", "NOT_IN_TIME", "INTERNAL_ERROR",
  ]

  private func learn(from answer: WebhookAnswer) {
    let before = breaker.state.name
    switch answer {
    case .order: breaker.answered()
    case .refused(let error, _) where WebhookGuard.ownFailures.contains(error.code):
      breaker.failed(at: Gateway.now)
    // Says nothing about whether an alert could be recorded.
    case .refused, .ignored, .heartbeat: breaker.abandoned()
    }
    let after = breaker.state.name
    if before != after { venues.breakerChanged(WebhookGuard.breakerName, before, after) }
    showBreaker()
  }

  private func showBreaker() { venues.breaker(WebhookGuard.breakerName, breaker.state) }

  // MARK: 4. Proof

  private func prove(
    _ source: WebhookSource?, _ client: IPAddress, _ body: Result<BodyFields, APIError>,
    _ work: WebhookWork
  ) throws(WebhookRefusal) -> String? {
    let request = work.call.request
    guard let source else {
      throw refuseProof("unknown", "No source has the token of the address.")
    }
    guard source.isProtected else {
      if isOpen(to: client, request) { return nil }
      throw WebhookRefusal(
        error: APIError(
          status: 403, code: "WEBHOOK_CLOSED",
          "Webhooks are closed until a secret is there: set WEBHOOK_SECRET, or name a source with "
            + "a token in config/strategies.json5."),
        detail: "Webhooks are closed until a secret is set")
    }
    guard let secret = source.secret else { return nil }
    let signature = request.header("x-webhook-signature") ?? request.header("x-signature")
    let signedAt =
      signature == nil
      ? nil : request.header("x-webhook-timestamp") ?? request.header("x-timestamp")
    let bodySecret = (try? body.get()).flatMap { fields in
      fields.root["secret"]?.string ?? fields.root["passphrase"]?.string
    }
    let proof = WebhookProof(bodySecret: bodySecret, signature: signature, signedAt: signedAt)
    guard proof.proves(secret, over: request.body) else {
      throw refuseProof(source.name, WebhookGuard.reason(proof, body))
    }
    guard let signedAt else { return nil }
    let distance = Timestamp(text: signedAt).map {
      Timestamp(microseconds: EventLoop.shared.wallClockMicroseconds).milliseconds(since: $0)
    }
    guard let distance, abs(distance) <= rules.toleranceMilliseconds else {
      throw refuseProof(
        source.name, "The time that was signed is not within WEBHOOK_SIGNATURE_TOLERANCE_SECS.")
    }
    return signedAt
  }

  private static func reason(_ proof: WebhookProof, _ body: Result<BodyFields, APIError>) -> String
  {
    switch (proof.signature, proof.bodySecret, body) {
    case (.some, _, _): "The signature is not that of the body, or of another secret."
    case (nil, .some, _): "The secret in the body is another one."
    case (nil, nil, .success): "The body has no field secret, and there is no signature."
    case (nil, nil, .failure(let error)):
      "There is no signature, and the body cannot be read for a secret: \(error.sentence)"
    }
  }

  private func refuseProof(_ source: String, _ reason: String) -> WebhookRefusal {
    metrics.notProved(source)
    var error = APIError(status: 401, code: "INVALID_SIGNATURE", "\(reason) Nothing was done.")
    error.headers = [("WWW-Authenticate", "Signature")]
    return WebhookRefusal(error: error, detail: "Invalid webhook signature")
  }

  /// A web page can make its visitor's browser send a text to this machine; browsers say where it
  /// is from, and programs do not. What came through a proxy is not from this machine.
  private func isOpen(to client: IPAddress, _ request: HTTPRequest) -> Bool {
    let isLocal =
      client.isLoopback && request.header("x-forwarded-for") == nil
      && request.header("forwarded") == nil
    return request.header("origin") == nil
      && (rules.openToAll || rules.openToLoopback && isLocal)
  }

  // MARK: 5. What was not filled in

  private static func unfilled(_ placeholder: String) -> WebhookRefusal {
    var error = APIError(
      status: 422, code: "PLACEHOLDER_LEFT",
      "TradingView did not fill in \(BodyFields.shown(placeholder)). Use a placeholder that this "
        + "kind of alert has: those that begin with strategy. are for alerts of strategies only.")
    error.detail = [("placeholder", placeholder)]
    return WebhookRefusal(error: error, detail: nil)
  }

  private static func retryAfter(_ milliseconds: Int64) -> (name: String, value: String) {
    ("Retry-After", "\(max(1, (milliseconds + 999) / 1_000))")
  }
}
