// Paths to handlers. It answers 404 and 405 itself, checks who calls, and measures every answer.
// Handlers answer now or later, exactly once.

internal import Network
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

/// A request on its way through a handler.
@LoopActor struct Call {
  let request: HTTPRequest
  /// The values of the path's `{…}` segments, decoded, in order.
  let parameters: [String]
  let principal: Principal
  let id: CallID
  /// Who sends the command, for the journal; nil for what only looks.
  let caller: Provenance.Caller?
  let startedAt: UInt64
  /// What the caller's key has left to send; nil if it is not limited.
  let budget: KeyBudget?
  /// Counts an answer of a status, which is about to be given.
  fileprivate let count: @LoopActor (Int) -> Void
  fileprivate let responder: HTTPResponder

  func respond(_ response: HTTPResponse) {
    count(response.status)
    responder.respond(response)
  }

  /// The address that the request's connection comes from.
  var peerAddress: IPAddress? { responder.peerAddress }

  /// Answers with an error.
  func respond(_ error: APIError) { respond(error.response(requestID: id.description)) }

  /// Answers with a stream; the request counts as answered with its head.
  func stream(
    _ head: HTTPResponse, _ handler: @escaping @LoopActor (HTTPStream, HTTPStream.Event) -> Void
  ) {
    count(head.status)
    responder.stream(head, handler: handler)
  }

  /// Says, before the handler returns, that the answer may be long and comes later.
  func expectLongAnswer() { responder.expectLongAnswer() }

  /// Whether all callers together leave so little unread that a long answer may be made.
  var hasRoom: Bool { responder.hasRoom }

  var elapsedNanoseconds: UInt64 { EventLoop.shared.monotonicNanoseconds() - startedAt }
}

/// Names a request in error bodies and log lines; a text only where one is written.
struct CallID: CustomStringConvertible {
  /// Differs from process to process.
  let process: String
  let number: UInt64

  var description: String { "\(process)-\(number)" }
}

/// One path and method with its handler.
struct Route: Sendable {
  let method: HTTPMethod
  /// Such as `/orders/{id}/cancel`.
  let path: String
  /// What a caller must be allowed to do; nil for everybody.
  let scope: Scope?
  /// Whether it is written to the audit log as a caller's command: not what is none, and not what
  /// its handler writes there itself, because a path may hold a secret.
  let isAudited: Bool
  let handle: @LoopActor (Call) -> Void

  init(
    _ method: HTTPMethod, _ path: String, _ scope: Scope?, isAudited: Bool = true,
    _ handle: @escaping @LoopActor (Call) -> Void
  ) {
    self.method = method
    self.path = path
    self.scope = scope
    self.isAudited = isAudited
    self.handle = handle
  }
}

/// The routes of the service.
@LoopActor final class Router {
  private struct Pattern {
    let segments: [String?]
    var entries: [Entry]
  }

  /// A route with its counters, one for each status that it has answered with.
  private final class Entry {
    let route: Route
    let duration: Histogram
    var counters: [Int: Counter] = [:]

    init(_ route: Route, duration: Histogram) {
      self.route = route
      self.duration = duration
    }
  }

  private var exact: [String: [Entry]] = [:]
  private var patterns: [Pattern] = []
  private let keys: APIKeyRing?
  private let budgets: [String: KeyBudget]
  private let audit: AuditLog
  private let requests: CounterFamily
  private let durations: HistogramFamily
  private let active: Gauge
  private let log: Logger
  /// What is known of the writer while that is another process.
  private let standby: @LoopActor () -> Standby?
  private var nextID: UInt64 = 0
  private let idPrefix: String

  init(
    keys: APIKeyRing?, limits: [KeyLimit], audit: AuditLog, metrics: MetricRegistry, log: Logger,
    standby: @escaping @LoopActor () -> Standby?
  ) {
    self.keys = keys
    self.standby = standby
    self.audit = audit
    budgets = Dictionary(uniqueKeysWithValues: limits.map { ($0.name, KeyBudget($0)) })
    self.log = log
    idPrefix = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    requests = metrics.counter(
      "http_requests_total", "Requests that were answered.",
      labels: ["service", "status", "method", "handler"])
    durations = metrics.histogram(
      "http_request_duration_seconds", "From a request's last byte to its answer.",
      labels: ["service", "handler"], buckets: ServiceMetrics.latencyBuckets)
    active =
      metrics.gauge(
        "execution_active_requests", "Requests that are being worked on."
      ).only
  }

  func add(_ routes: [Route]) {
    for route in routes {
      let entry = Entry(route, duration: durations.with("fks_execution", route.path))
      guard route.path.contains("{") else {
        exact[route.path, default: []].append(entry)
        continue
      }
      let segments = route.path.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
      if let index = patterns.firstIndex(where: { $0.segments == segments }) {
        patterns[index].entries.append(entry)
      } else {
        patterns.append(Pattern(segments: segments, entries: [entry]))
      }
    }
  }

  /// Finds the request's route, checks who calls and what for, and hands it over.
  func handle(_ request: HTTPRequest, _ responder: HTTPResponder) {
    nextID &+= 1
    let id = CallID(process: idPrefix, number: nextID)
    if request.target == "*" {
      // The server as a whole (RFC 9110 section 9.3.7); the parser lets only OPTIONS ask for it.
      let allow = (name: "Allow", value: "GET, HEAD, POST, PUT, DELETE, OPTIONS")
      let response = HTTPResponse(status: 204, contentType: nil, headers: [allow])
      return respond(response, unrouted: request, responder)
    }
    guard let (entries, parameters) = find(request) else {
      let error = APIError.notFound(
        "There is nothing at \(String(request.path.prefix(80)).debugDescription). "
          + "GET /openapi.json lists the paths.")
      return respond(error.response(requestID: id.description), unrouted: request, responder)
    }
    let method = request.method == .head ? .get : request.method
    guard let entry = entries.first(where: { $0.route.method == method }) else {
      return respond(
        methodNotAllowed(request, entries, id: id.description), unrouted: request, responder)
    }
    let principal: Principal
    switch authenticate(request, for: entry.route) {
    case .success(let found): principal = found
    case .failure(let error): return refuse(error, entry, id, responder)
    }
    if let standby = standby(), !standby.serves(entry.route) {
      return refuse(standby.answer(to: request, for: entry.route), entry, id, responder)
    }
    let isAudited = method != .get && entry.route.isAudited
    let caller = isAudited ? Provenance.Caller(principal, id) : nil
    if let scope = entry.route.scope, !principal.allows(scope) {
      log.warning("A key lacks a scope.", [("key", principal.name), ("scope", scope.rawValue)])
      if let caller { audit.add(request, entry.route, caller, status: 403) }
      let error = APIError(
        status: 403, code: "FORBIDDEN",
        "The key \(principal.name) lacks the scope \(scope.rawValue) that this needs.")
      return refuse(error, entry, id, responder)
    }
    handOver(request, parameters, to: entry, principal, id, caller, responder)
  }

  private func handOver(
    _ request: HTTPRequest, _ parameters: [String], to entry: Entry, _ principal: Principal,
    _ id: CallID, _ caller: Provenance.Caller?, _ responder: HTTPResponder
  ) {
    active.add(1)
    let startedAt = EventLoop.shared.monotonicNanoseconds()
    let call = Call(
      request: request, parameters: parameters, principal: principal, id: id, caller: caller,
      startedAt: startedAt, budget: budgets.isEmpty ? nil : budgets[principal.name],
      count: { [self] status in
        active.add(-1)
        count(entry, status)
        if let caller { audit.add(request, entry.route, caller, status: status) }
        let nanoseconds = EventLoop.shared.monotonicNanoseconds() - startedAt
        entry.duration.observe(Double(nanoseconds) / 1e9)
      }, responder: responder)
    entry.route.handle(call)
  }

  /// Answers who may not do what was asked for.
  private func refuse(
    _ error: APIError, _ entry: Entry, _ id: CallID, _ responder: HTTPResponder
  ) {
    count(entry, error.status)
    responder.respond(error.response(requestID: id.description))
  }

  /// Answers what no route takes.
  private func respond(
    _ response: HTTPResponse, unrouted request: HTTPRequest, _ responder: HTTPResponder
  ) {
    requests.with("fks_execution", "\(response.status)", request.method.rawValue, "none")
      .increment()
    responder.respond(response)
  }

  private func count(_ entry: Entry, _ status: Int) {
    if let counter = entry.counters[status] { return counter.increment() }
    let counter = requests.with(
      "fks_execution", "\(status)", entry.route.method.rawValue, entry.route.path)
    entry.counters[status] = counter
    counter.increment()
  }

  private func find(_ request: HTTPRequest) -> (entries: [Entry], parameters: [String])? {
    if let entries = exact[request.path] { return (entries, []) }
    let segments = request.pathSegments
    for pattern in patterns where pattern.segments.count == segments.count {
      let pairs = zip(pattern.segments, segments)
      guard pairs.allSatisfy({ $0 == nil || $0 == $1 }) else { continue }
      return (pattern.entries, pairs.compactMap { $0 == nil ? $1 : nil })
    }
    return nil
  }

  private func methodNotAllowed(
    _ request: HTTPRequest, _ entries: [Entry], id: String
  ) -> HTTPResponse {
    var allowed = entries.map(\.route.method.rawValue)
    if allowed.contains("GET") { allowed.append("HEAD") }
    allowed.append("OPTIONS")
    let allow = (name: "Allow", value: allowed.joined(separator: ", "))
    guard request.method != .options else {
      return HTTPResponse(status: 204, contentType: nil, headers: [allow])
    }
    var response = APIError(
      status: 405, code: "METHOD_NOT_ALLOWED",
      "\(request.method.rawValue) is not possible here, only \(allow.value)."
    ).response(requestID: id)
    response.headers.append(allow)
    return response
  }

  private func authenticate(
    _ request: HTTPRequest, for route: Route
  ) -> Result<Principal, APIError> {
    guard route.scope != nil else { return .success(.anonymous) }
    guard let keys else {
      // Without keys a web page could make its visitor's browser send orders to the loopback
      // address; browsers mark such requests with their origin, programs send none.
      if route.method != .get, request.header("origin") != nil {
        return .failure(.browser)
      }
      return .success(.anonymous)
    }
    let found = keys.authenticate(
      authorization: request.header("authorization"), apiKeyHeader: request.header("x-api-key"))
    guard let found else {
      var error = APIError(
        status: 401, code: "UNAUTHENTICATED",
        "A valid API key is needed, as `Authorization: Bearer …` or `X-API-Key`.")
      error.headers = [("WWW-Authenticate", "Bearer")]
      return .failure(error)
    }
    return .success(found)
  }
}
