// What follows from another process being the writer, or from not being certain that it is this
// one. The rule to keep: only the writer sends to venues what trades.

internal import Network
internal import Storage
internal import Trading
internal import Wire

extension Gateway {
  /// Why nothing that trades may leave now; nil if it may. Cancels and lookups may always.
  var writerDenial: Rejection? {
    store?.isWriterForCertain == false ? Gateway.writerUncertain : nil
  }

  /// What this process is to the database.
  var role: JournalMetrics.Role {
    if standby != nil { return .standby }
    return writerDenial == nil ? .writer : .uncertain
  }

  private static let writerUncertain = Rejection(
    code: "WRITER_UNCERTAIN",
    sentence:
      "The database did not confirm that this process still is the writer, so nothing was sent to "
      + "the venue. Send the order again in a moment.")
}

extension Standby {
  /// Paths whose answers stand in the database. What else is read is the writer's alone.
  private static let servedPaths: Set = [
    "/orders", "/orders/{id}", "/orders/{id}/events", "/orders/{id}/trail", "/fills", "/positions",
    "/positions/{symbol}", "/trading-state", "/audit",
  ]
  /// How long a caller should wait for a writer: a takeover takes about so long.
  private static let retrySeconds = 2

  /// Why this process takes no orders.
  var sentence: String {
    if let problem { return "This process stands by. \(problem)" }
    return "This process stands by; another one is the writer"
      + (writerAddress.map { ", at \($0)." } ?? ".")
  }

  /// Whether a process that stands by answers a route itself.
  func serves(_ route: Route) -> Bool {
    route.method == .get && (route.scope == nil || Standby.servedPaths.contains(route.path))
  }

  /// Sends the caller to the writer, or asks for patience where that is not known.
  func answer(to request: HTTPRequest, for route: Route) -> APIError {
    // Senders of webhooks follow nobody elsewhere, but come again after 503.
    guard let writerAddress, !route.path.hasPrefix(WebhookRoutes.path) else {
      var error = APIError(
        status: 503, code: "NOT_THE_WRITER", "\(sentence) Send it to that one, or again soon.")
      error.headers = [("Retry-After", "\(Standby.retrySeconds)")]
      return error
    }
    var error = APIError(
      status: 307, code: "NOT_THE_WRITER", "\(sentence) Send it there.")
    error.headers = [("Location", writerAddress + request.target)]
    return error
  }
}
