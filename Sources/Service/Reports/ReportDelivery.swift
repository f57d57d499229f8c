// The reports of one subscription: read from the journal behind its place, sent one after the
// other, each until its receiver has taken it or refused it for good.
// The rule to keep: the place moves on when a report was taken or given up, never before; so every
// event is delivered at least once and in order.

internal import Crypto
internal import Network
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor final class ReportDelivery {
  private(set) var subscription: Subscription
  /// Whether the place has moved since it was written down.
  var isUnsaved = false
  /// Why the newest attempt failed; nil if it did not.
  var problem: String? { readProblem ?? sendProblem }
  private var readProblem: String?
  private var sendProblem: String?
  private let gateway: Gateway
  private let client: HTTPClient
  private let signer: RequestSigner
  private let metrics: ReportMetrics
  private var isWorking = false
  private var isBehind = false
  private var isStopped = false
  /// Changes when somebody moves the place: what was read before is not to be sent any more.
  private var epoch = 0
  /// Dead letters that are to be sent again.
  private var replays: [Subscription.DeadLetter] = []

  init(
    _ subscription: Subscription, signer: RequestSigner, client: HTTPClient, gateway: Gateway,
    metrics: ReportMetrics
  ) {
    self.subscription = subscription
    self.signer = signer
    self.client = client
    self.gateway = gateway
    self.metrics = metrics
  }

  func stop() { isStopped = true }

  /// Sends what has come into the journal.
  func wake() {
    isBehind = true
    guard !isWorking, !isStopped else { return }
    isWorking = true
    LoopActor.task { [self] in
      while isBehind, !isStopped {
        await EventLoop.shared.pause(milliseconds: ReportLimits.paceMilliseconds)
        isBehind = false
        await resendDeadLetters()
        guard await sendAll() else {
          isBehind = true
          await EventLoop.shared.pause(milliseconds: ReportLimits.firstWaitMilliseconds)
          continue
        }
      }
      isWorking = false
    }
  }

  /// Goes back, or on, to a place in the journal.
  func replay(after place: EventID) {
    epoch += 1
    advance(to: place)
    wake()
  }

  /// Sends all dead letters once more.
  func replayDeadLetters() {
    replays = subscription.deadLetters
    wake()
  }

  // MARK: Reading

  /// Sends what the journal has; false if it could not be read.
  private func sendAll() async -> Bool {
    while !isStopped {
      let epoch = epoch
      guard let page = await page(after: subscription.place.lastWholeRow) else { return false }
      guard epoch == self.epoch else { continue }
      let events = page.events[page.index(after: subscription.place)...]
        .filter(subscription.filter.wants)
      for start in stride(from: 0, to: events.count, by: ReportLimits.eventsPerReport) {
        let end = min(start + ReportLimits.eventsPerReport, events.count)
        guard await deliver(events[start..<end]) else { break }
      }
      guard epoch == self.epoch, !isStopped else { continue }
      guard page.end > subscription.place else { return true }
      advance(to: page.end)
    }
    return true
  }

  /// The rows after a sequence; nil while the journal cannot be read.
  private func page(after sequence: Int64) async -> EventBatch? {
    let result = await withCheckedContinuation { continuation in
      gateway.readJournal { (reader) throws(StoreError) in
        EventBatch(
          try reader.rows(after: sequence, count: ReportLimits.rowsPerPage), after: sequence)
      } answer: {
        continuation.resume(returning: $0)
      }
    }
    switch result {
    case .success(let batch):
      readProblem = nil
      return batch
    case .failure(let error):
      readProblem = error.description
      return nil
    }
  }

  private func advance(to place: EventID) {
    subscription.place = place
    isUnsaved = true
  }

  // MARK: Sending

  /// Sends events until they are taken or given up; false if it was stopped, or the place was
  /// moved, before.
  private func deliver(_ events: ArraySlice<StreamEvent>) async -> Bool {
    let epoch = epoch
    var attempt = 0
    var refusals = 0
    while !isStopped, epoch == self.epoch {
      let outcome = await send(events, from: subscription.lastNumber + 1)
      guard epoch == self.epoch else { return false }
      switch outcome {
      case .taken:
        taken(events)
        return true
      case .refused where events.count > 1:
        // One of them is what it will not have.
        for event in events {
          guard await deliver([event]) else { return false }
        }
        return true
      case .refused(let status):
        refusals += 1
        guard refusals < ReportLimits.refusalsMax else {
          giveUp(events, status)
          return true
        }
      case .failed: break
      }
      await EventLoop.shared.pause(milliseconds: ReportDelivery.waitMilliseconds(attempt))
      attempt += 1
    }
    return false
  }

  private static func waitMilliseconds(_ attempt: Int) -> Int {
    min(
      ReportLimits.longestWaitMilliseconds,
      ReportLimits.firstWaitMilliseconds << min(attempt, 10))
  }

  private func taken(_ events: ArraySlice<StreamEvent>) {
    subscription.lastNumber += events.count
    if let id = events.last?.id { advance(to: id) }
  }

  private func giveUp(_ events: ArraySlice<StreamEvent>, _ status: Int) {
    for event in events {
      guard let id = event.id else { continue }
      subscription.lastNumber += 1
      subscription.giveUp(
        Subscription.DeadLetter(
          number: subscription.lastNumber, id: id, status: status, at: Gateway.now))
      advance(to: id)
      metrics.deadLetters.increment()
      gateway.log.error(
        "A report was refused for good.",
        [("subscription", subscription.id), ("event", id.description), ("status", "\(status)")])
    }
  }

  private enum Outcome {
    case taken
    /// The receiver will not have it, and says so with this status.
    case refused(Int)
    /// It may have it the next time.
    case failed

    var word: String {
      switch self {
      case .taken: "taken"
      case .refused: "refused"
      case .failed: "failed"
      }
    }
  }

  private func send(
    _ events: ArraySlice<StreamEvent>, from number: Int, isReplayed: Bool = false
  ) async -> Outcome {
    let body = body(events, from: number, isReplayed: isReplayed)
    let request = HTTPClientRequest(
      .post, subscription.url.origin, subscription.url.target,
      headers: [
        ("Content-Type", "application/json"),
        ("X-Webhook-Signature", Hex.encode(signer.sign(body))),
      ], body: body)
    let outcome: Outcome
    do throws(TransportError) {
      let status = try await client.send(request).status
      switch status {
      case 200..<300: (outcome, sendProblem) = (.taken, nil)
      case 408, 425, 429, 500...:
        (outcome, sendProblem) = (.failed, "The receiver answered \(status).")
      default: (outcome, sendProblem) = (.refused(status), "The receiver refused with \(status).")
      }
    } catch {
      (outcome, sendProblem) = (.failed, error.description)
    }
    metrics.sent.with(outcome.word).increment()
    return outcome
  }

  private func body(
    _ events: ArraySlice<StreamEvent>, from number: Int, isReplayed: Bool
  ) -> [UInt8] {
    var json = JSONWriter(reserving: 256 + events.count * 512)
    json.beginObject()
    json.member("subscription_id", subscription.id)
    json.member("number", number)
    json.member("replayed", isReplayed)
    json.member("sent_at", Gateway.now.text)
    json.key("events")
    json.beginArray()
    for event in events { json.raw(event.json) }
    json.endArray()
    json.endObject()
    return json.bytes
  }

  // MARK: Dead letters

  private func resendDeadLetters() async {
    while let letter = replays.first, !isStopped {
      replays.removeFirst()
      let page = await page(after: letter.id.sequence - 1)
      guard let event = page?.events.first(where: { $0.id == letter.id }) else { continue }
      let outcome = await send([event], from: letter.number, isReplayed: true)
      guard case .taken = outcome else { continue }
      subscription.deadLetters.removeAll { $0.id == letter.id }
      isUnsaved = true
    }
  }
}
