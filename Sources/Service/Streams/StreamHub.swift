// All readers of the event streams, and what they are fed from. While somebody reads, the hub
// follows the journal after its commits and keeps the newest events; who is further behind gets
// pages of the journal until it has caught up. Without readers it does nothing at all.
// The rule to keep: readers are fed by their places alone. A batch that covers a place goes on from
// it, whether it is live or a page, so there is no moment of handing over.

internal import Network
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

/// Feeds the readers of the event streams.
@LoopActor final class StreamHub {
  let gateway: Gateway
  let metrics: StreamMetrics
  private(set) var readers: [ObjectIdentifier: StreamReader] = [:]
  /// Requests that wait to learn where the journal ends.
  private var openingCount = 0
  private var isStopping = false

  /// Changes with every time that the hub begins to follow, so that what an earlier time has asked
  /// for is not taken for an answer.
  private(set) var epoch = 0
  private(set) var isAwake = false
  /// The newest events; nil until it is known where the journal ends.
  private(set) var recent: EventBatch?
  private var isFollowing = false
  private var isBehind = false
  /// Readers that need a page of the journal, first come first served.
  private var line: [StreamReader] = []
  private var isReadingPage = false
  /// What was put together last, for the many readers that want the same.
  private var composed: Composed?
  var states = StreamStates()
  /// Called after every commit, whether or not somebody reads.
  var onRecorded: @LoopActor () -> Void = {}

  private struct Composed {
    var from: EventID
    var through: EventID
    var filter: StreamFilter
    var transport: StreamTransport
    var bytes: [UInt8]
    var eventsCount: Int
  }

  init(gateway: Gateway) {
    self.gateway = gateway
    metrics = StreamMetrics(gateway.metrics.registry)
    for transport in StreamTransport.allCases { metrics.open.with(transport.rawValue).set(0) }
    gateway.streams = self
  }

  // MARK: Readers

  /// Answers a request with a stream that begins after `place`, or with the journal's next event.
  func open(
    _ call: Call, _ head: HTTPResponse, _ transport: StreamTransport, _ filter: StreamFilter,
    after place: EventID?
  ) {
    guard !isStopping, readers.count + openingCount < StreamLimits.streamsMax else {
      return call.respond(StreamHub.tooMany)
    }
    openingCount += 1
    if !isAwake { wake() }
    gateway.readJournal { reader in
      (reader.beginning, reader.head)
    } answer: { [self] result in
      openingCount -= 1
      guard case .success(let (beginning, end)) = result, !isStopping else {
        sleepIfAlone()
        return call.respond(StreamHub.tooMany)
      }
      if recent == nil { recent = EventBatch(at: end) }
      if let place, place.sequence > 0, !(beginning...end).contains(place.sequence) {
        sleepIfAlone()
        return call.respond(StreamHub.unknown(place, beginning, end))
      }
      begin(call, head, transport, filter, at: place ?? EventID(through: end))
    }
  }

  private func begin(
    _ call: Call, _ head: HTTPResponse, _ transport: StreamTransport, _ filter: StreamFilter,
    at place: EventID
  ) {
    call.stream(head) { [weak self] stream, event in
      guard let self else { return }
      let key = ObjectIdentifier(stream)
      switch event {
      case .began:
        let reader = StreamReader(stream, filter: filter, transport: transport, place: place)
        readers[key] = reader
        countReaders(transport)
        stream.write(transport.opening(at: place))
        feed(reader)
      case .drained: if let reader = readers[key] { feed(reader) }
      case .received(let bytes): if let reader = readers[key] { received(bytes, from: reader) }
      case .closed: forget(stream)
      }
    }
  }

  /// Ends all streams, so that the server can stop; no more are opened.
  func stop() {
    isStopping = true
    for reader in readers.values {
      // Who is behind would hold up the stop, and comes back with its place anyway.
      if reader.stream.takesMore {
        end(reader, .goingAway, "The service stops.")
      } else {
        abort(reader)
      }
    }
  }

  func end(_ reader: StreamReader, _ code: WebSocketCloseCode, _ reason: String) {
    reader.stream.end(reader.transport.farewell(code, reason))
    forget(reader.stream)
  }

  func abort(_ reader: StreamReader) {
    reader.stream.abort()
    forget(reader.stream)
  }

  private func forget(_ stream: HTTPStream) {
    guard let reader = readers.removeValue(forKey: ObjectIdentifier(stream)) else {
      return sleepIfAlone()
    }
    line.removeAll { $0 === reader }
    countReaders(reader.transport)
    sleepIfAlone()
  }

  private func countReaders(_ transport: StreamTransport) {
    let count = readers.values.count { $0.transport == transport }
    metrics.open.with(transport.rawValue).set(Double(count))
  }

  private static var tooMany: APIError {
    var error = APIError(
      status: 503, code: "TOO_MANY_STREAMS",
      "As many streams are open as there can be, or the service stops. Try again in a moment.")
    error.headers = [("Retry-After", "1")]
    return error
  }

  private static func unknown(_ place: EventID, _ beginning: Int64, _ end: Int64) -> APIError {
    let reason =
      place.sequence > end
      ? "the journal ends at \(end)" : "events up to \(beginning) were pruned from the journal"
    return APIError(
      status: 400, code: "UNKNOWN_EVENT_ID",
      "Nothing can follow event \(place): \(reason). Leave the id out to begin at the end, or give "
        + "0 for everything that is there.")
  }

  // MARK: Following the journal

  private func wake() {
    isAwake = true
    epoch += 1
    states.begin(gateway)
    keepTime()
  }

  private func sleepIfAlone() {
    guard isAwake, readers.isEmpty, openingCount == 0 else { return }
    isAwake = false
    recent = nil
    composed = nil
    (isFollowing, isBehind, isReadingPage) = (false, false, false)
    states = StreamStates()
  }

  /// The engine has decided something; it is not durable yet.
  func decided(_ entry: JournalEntry) {
    if isAwake { states.decided(entry) }
  }

  /// Everything up to an entry is durable.
  func recorded(through entry: UInt64) {
    onRecorded()
    guard isAwake else { return }
    states.recorded(through: entry)
    isBehind = true
    follow()
  }

  private func follow() {
    guard isBehind, !isFollowing, let recent else { return }
    isBehind = false
    isFollowing = true
    let positions = states.takeChangedPositions()
    read(after: recent.through, rowsMax: StreamLimits.newRowsMax) { [self] batch, isFull in
      isFollowing = false
      if isFull { isBehind = true }
      self.recent?.append(batch, eventsMax: StreamLimits.keptEventsMax)
      for reader in readers.values { feed(reader) }
      publish(positions)
      goOn()
    }
  }

  /// Follows on at once for few readers, after a pause for many.
  private func goOn() {
    let pause = readers.count / StreamLimits.readersPerMillisecond
    guard pause > 0 else { return follow() }
    isFollowing = true
    let epoch = epoch
    _ = EventLoop.shared.schedule(afterMilliseconds: pause) { [weak self] in
      guard let self, self.epoch == epoch, isAwake else { return }
      isFollowing = false
      follow()
    }
  }

  /// Reads the rows after a sequence; also tells whether there may be more of them.
  private func read(
    after sequence: Int64, rowsMax: Int,
    _ answer: @escaping @LoopActor (EventBatch, _ isFull: Bool) -> Void
  ) {
    let epoch = epoch
    gateway.readJournal { (reader) throws(StoreError) in
      // On the store's thread, so that the loop has ready bytes.
      let rows = try reader.rows(after: sequence, count: rowsMax)
      return (EventBatch(rows, after: sequence), rows.count == rowsMax)
    } answer: { [self] result in
      guard self.epoch == epoch, isAwake else { return }
      switch result {
      case .success(let (batch, isFull)): answer(batch, isFull)
      case .failure(let error):
        gateway.log.error("The journal cannot be followed.", [("reason", error.description)])
        for reader in readers.values {
          end(reader, .tryAgainLater, "The journal cannot be read.")
        }
      }
    }
  }

  // MARK: Feeding

  /// Gives a reader what comes next, as far as its connection takes it.
  private func feed(_ reader: StreamReader) {
    guard let recent else { return }
    if recent.covers(reader.place) {
      serve(reader, from: recent)
      if reader.place >= recent.end { caughtUp(reader) }
    } else if reader.hasCaughtUp {
      metrics.slow.with(reader.transport.rawValue).increment()
      end(reader, .tryAgainLater, "The reader is too slow. Come back with the last id.")
    } else if reader.stream.takesMore, !reader.waitsForPage {
      reader.waitsForPage = true
      line.append(reader)
      readPage()
    }
  }

  private func caughtUp(_ reader: StreamReader) {
    reader.hasCaughtUp = true
    guard reader.owesStates, reader.stream.takesMore else { return }
    reader.owesStates = false
    send(states.all(gateway), to: reader)
  }

  /// One page at a time, so that orders wait for one at most. It is given to all whom it helps:
  /// after a restart many readers come back to nearly the same place.
  private func readPage() {
    guard !isReadingPage, let first = line.first else { return }
    isReadingPage = true
    read(after: first.place.lastWholeRow, rowsMax: StreamLimits.rowsPerPage) { [self] page, _ in
      isReadingPage = false
      let waiting = line
      line = []
      for reader in waiting where page.covers(reader.place) && reader.place < page.end {
        serve(reader, from: page)
      }
      for reader in waiting { reader.waitsForPage = false }
      for reader in waiting.dropFirst() + waiting.prefix(1) { feed(reader) }
    }
  }

  private func serve(_ reader: StreamReader, from batch: EventBatch) {
    var index = batch.index(after: reader.place)
    while reader.stream.takesMore, reader.place < batch.end {
      let next = min(index + StreamLimits.eventsPerWrite, batch.events.count)
      let isLast = next == batch.events.count
      let through = isLast ? batch.end : batch.events[next - 1].id ?? batch.end
      let composed = compose(batch.events[index..<next], reader, through: through)
      reader.stream.write(composed.bytes)
      metrics.events.with(reader.transport.rawValue).increment(by: Double(composed.eventsCount))
      reader.place = through
      index = next
    }
  }

  private func compose(
    _ events: ArraySlice<StreamEvent>, _ reader: StreamReader, through end: EventID
  ) -> Composed {
    if let composed, composed.from == reader.place, composed.through == end,
      composed.transport == reader.transport, composed.filter == reader.filter
    {
      return composed
    }
    var made = Composed(
      from: reader.place, through: end, filter: reader.filter, transport: reader.transport,
      bytes: [], eventsCount: 0)
    for event in events where reader.filter.wants(event) {
      reader.transport.append(event, to: &made.bytes)
      made.eventsCount += 1
    }
    composed = made
    return made
  }
}
