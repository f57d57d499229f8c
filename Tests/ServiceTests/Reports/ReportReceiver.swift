// Somebody who takes reports: a server in this process that answers as a test wants it and keeps
// what it was sent.

import Crypto
import Dispatch
import Network
import Synchronization
import Testing
import Wire

final class ReportReceiver: Sendable {
  struct Report: Sendable {
    let status: Int
    let body: [UInt8]
    let signature: String

    var json: JSONValue? { try? JSONDocument(parsing: body).root }
    var number: Int { json?["number"]?.integer ?? -1 }
    var events: [JSONValue] { json?["events"]?.elements ?? [] }
    var ids: [String] { events.compactMap { $0["id"]?.string } }
  }

  private struct State {
    var reports: [Report] = []
    /// Statuses of the next answers; then 200.
    var statuses: [Int] = []
    /// Orders whose reports are refused.
    var poison: String?
    var isRefusingForNow = false
  }

  private let state = Mutex(State())
  private let server: HTTPServer
  private let port: UInt16

  init() async throws {
    let received = Mutex<(@Sendable @LoopActor (HTTPRequest) -> Int)?>(nil)
    let box = Box(received)
    (server, port) = try await Task { @LoopActor in
      let server = HTTPServer(metrics: nil) { request, responder in
        let status = box.handler.withLock { $0 }?(request) ?? 500
        responder.respond(HTTPResponse(status: status, body: []))
      }
      return (server, try server.listen(host: "127.0.0.1", port: 0))
    }.value
    box.handler.withLock { handler in
      handler = { [weak self] request in self?.take(request) ?? 500 }
    }
  }

  private final class Box: Sendable {
    let handler: Mutex<(@Sendable @LoopActor (HTTPRequest) -> Int)?>
    init(_ handler: consuming Mutex<(@Sendable @LoopActor (HTTPRequest) -> Int)?>) {
      self.handler = handler
    }
  }

  private func take(_ request: HTTPRequest) -> Int {
    state.withLock { state in
      let text = String(decoding: request.body, as: UTF8.self)
      let isPoison = state.poison.map { text.contains($0) } ?? false
      let status =
        state.isRefusingForNow
        ? 503 : isPoison ? 422 : state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
      state.reports.append(
        Report(
          status: status, body: request.body,
          signature: request.header("x-webhook-signature") ?? ""))
      return status
    }
  }

  var origin: String { "http://127.0.0.1:\(port)" }
  var url: String { "\(origin)/reports?from=fks" }

  /// Answers the next reports with these, and all after them with 200.
  func answer(_ statuses: [Int]) { state.withLock { $0.statuses = statuses } }

  /// Answers that it can take nothing now, or takes reports again.
  func refuseForNow(_ isRefusing: Bool) { state.withLock { $0.isRefusingForNow = isRefusing } }

  /// Refuses what names this from now on; nil for nothing.
  func refuse(_ poison: String?) { state.withLock { $0.poison = poison } }

  var reports: [Report] { state.withLock { $0.reports } }
  var taken: [Report] { reports.filter { $0.status == 200 } }
  /// The ids of the events that were taken, in the order in which they came.
  var ids: [String] { taken.flatMap(\.ids) }
}
