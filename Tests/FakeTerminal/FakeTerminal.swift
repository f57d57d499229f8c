// A terminal that speaks the bridge protocol of docs/BRIDGES.md over real sockets, with an account
// of its own, and has accidents when it is asked to. It stands for MetaTrader 5 and NinjaTrader 8
// in tests, for who tries the service without either, and shows what a far side has to do.

public import Network
public import Trading
public import Wire

/// What goes wrong, once, with the next commands or events.
public enum FakeFault: Sendable {
  /// Commands are lost on the way to the terminal.
  case lostCommands
  /// Commands are carried out, and the program crashes before it has noted or told so.
  case crashAfterTrade
  /// Commands are carried out and noted, and the answers are never told.
  case lostAnswers
  /// The program crashes before it carries anything out.
  case crashBeforeTrade
  /// What is told is told twice.
  case repeatedEvents
  /// The first attempt to tell leaves out what comes first.
  case gap
  /// Something is told that cannot be read.
  case unreadableEvent
  /// The terminal is not there any more, and comes back when `start` is called.
  case silence
}

/// What a terminal does wrong on principle; each is a bug that must be found.
public enum FakeBug: String, Sendable {
  /// An id that was executed is executed again.
  case tradesAgain
  /// An order that came too late is executed.
  case tradesLate
  /// An order that was said not to be there is executed later.
  case leavesDoorOpen
  /// What was handed over is not remembered by its number, and answered twice.
  case ignoresNumbers
}

/// A terminal.
@LoopActor public final class FakeTerminal {
  /// The account, which outlives sessions.
  public var account: FakeAccount
  /// What goes wrong, one after the other.
  public var faults: [FakeFault] = []
  /// What is done wrong on principle.
  public var bug: FakeBug?
  /// How old all prices are when they are told: hours, where a market is closed.
  public var priceAgeMilliseconds = 0
  /// What hinders it from trading; nil if nothing does.
  public var hindrance: String?
  /// The code of the last refusal, such as `BRIDGE_UNAUTHORIZED`.
  public private(set) var refusal: String?
  /// How many sessions were opened.
  public private(set) var sessionCount = 0
  /// The ids of all new orders that were handed over, each as often as it was.
  public internal(set) var submissions: [String] = []

  /// Where tests keep the account.
  public let place: String

  private let origin: HTTPOrigin
  private let path: String
  private let token: String
  private let terminalID: String
  private let isDemo: Bool
  private let client: HTTPClient
  private var isRunning = false
  private var isTelling = false
  private var session: String?
  private var oldSession: String?
  private var handled = 0
  private var events: [[UInt8]] = []
  private var firstEvent = 1
  /// The instruments whose prices are told as they move.
  public internal(set) var watched: Set<String> = []

  /// A terminal of the bridge `name` at `origin`.
  public init(
    account: FakeAccount = FakeAccount(), _ origin: HTTPOrigin, bridge name: String, token: String,
    terminalID: String = "fake-1", isDemo: Bool = true, place: String = ""
  ) throws(NetworkError) {
    self.account = account
    self.origin = origin
    self.token = token
    self.terminalID = terminalID
    self.isDemo = isDemo
    self.place = place
    path = "/bridge/\(name)"
    var limits = HTTPClient.Limits()
    limits.firstByteMilliseconds = 30_000
    limits.exchangeMilliseconds = 35_000
    client = try HTTPClient(limits: limits)
  }

  var milliseconds: Int64 { Int64(EventLoop.shared.monotonicNanoseconds() / 1_000_000) }
  var wallMilliseconds: Int64 { EventLoop.shared.wallClockMicroseconds / 1_000 }

  // MARK: The program

  /// Starts the program, which connects and works until it is stopped.
  public func start() {
    guard !isRunning else { return }
    isRunning = true
    LoopActor.task { [self] in
      while await step() {}
    }
  }

  /// Ends the program, in the middle of whatever it does.
  public func stop() {
    isRunning = false
    endSession()
    client.close()
  }

  /// Ends the session and begins another one, as after a restart.
  public func restart() { endSession() }

  private func endSession() {
    if session != nil { oldSession = session }
    session = nil
    (events, firstEvent, handled) = ([], 1, 0)
  }

  private static let retryMilliseconds = 50
  /// How long nothing is asked of a bridge whose session was over.
  private static let overMilliseconds = 300
  private static let waitMilliseconds = 10_000

  /// Says hello where it has to, and waits for commands once; whether it goes on.
  private func step() async -> Bool {
    if session == nil { _ = await hello() }
    if session != nil { await poll() }
    // A session that is over at once must not be opened without end.
    if session == nil || bug == .ignoresNumbers {
      await EventLoop.shared.pause(milliseconds: Self.overMilliseconds)
    }
    return isRunning
  }

  private func hello() async -> Bool {
    let body = object { json in
      json.key("protocol")
      json.integer(1)
      for (name, text) in [
        ("terminal_id", terminalID), ("program", "fake terminal"), ("account", "fake"),
      ] {
        json.key(name)
        json.string(text)
      }
      json.key("demo")
      json.bool(isDemo)
    }
    guard let answer = await send("hello", body), let id = answer["session"]?.string, isRunning
    else { return false }
    (session, refusal) = (id, nil)
    sessionCount += 1
    return true
  }

  private func poll() async {
    guard let session else { return }
    let body = object { json in
      json.key("session")
      json.string(session)
      json.key("handled")
      json.integer(bug == .ignoresNumbers ? 0 : handled)
      json.key("wait_ms")
      json.integer(Self.waitMilliseconds)
      json.key("ready")
      json.bool(hindrance == nil)
      json.key("reason")
      json.string(hindrance ?? "")
    }
    let answer = await send("poll", body)
    guard let commands = answer?["commands"]?.elements, self.session == session else {
      if answer == nil { await EventLoop.shared.pause(milliseconds: Self.retryMilliseconds) }
      return
    }
    take(commands)
    if self.session == session { await flush() }
  }

  private func take(_ commands: [JSONValue]) {
    let now = milliseconds
    let hasSubmit = commands.contains { $0["command"]?.string == "submit" }
    let fault = hasSubmit && !faults.isEmpty ? faults.removeFirst() : nil
    if case .lostCommands = fault { return }
    if case .crashBeforeTrade = fault { return restart() }
    var answers: [[UInt8]] = []
    for command in commands {
      let number = command["number"]?.integer ?? 0
      guard number > handled || bug == .ignoresNumbers else { continue }
      answers.append(carryOut(command, handedOverAt: now))
      if case .crashAfterTrade = fault { continue }
      handled = number
    }
    switch fault {
    case .crashAfterTrade, .lostAnswers: return
    case .silence:
      stop()
      return
    case .repeatedEvents: repeatsEvents = true
    case .gap: leavesGap = true
    case .unreadableEvent: events.append(Array(#"{"event":"order","order":{}}"#.utf8))
    case .lostCommands, .crashBeforeTrade, nil: break
    }
    events += answers
  }

  // MARK: Events

  private var repeatsEvents = false
  private var leavesGap = false

  /// Moves a price; what trades by it is told.
  public func setPrice(_ symbol: String, _ price: Decimal) {
    for order in account.setPrice(symbol, price, at: wallMilliseconds) {
      events.append(
        object { json in
          json.key("event")
          json.string("order")
          json.key("order")
          write(order, to: &json)
        })
    }
    if watched.contains(symbol) {
      events.append(
        object { json in
          json.key("event")
          json.string("prices")
          writePrices(of: [symbol], to: &json)
        })
    }
    LoopActor.task { [self] in await flush() }
  }

  /// Tells all that is to be told.
  private func flush() async {
    guard !isTelling else { return }
    isTelling = true
    while let session, !events.isEmpty {
      if leavesGap, events.count > 0 {
        leavesGap = false
        _ = await send("events", batch(of: session, from: firstEvent + 1, []))
      }
      let batch = batch(of: session, from: firstEvent, events)
      if repeatsEvents {
        repeatsEvents = false
        _ = await send("events", batch)
      }
      guard let next = await send("events", batch)?["next"]?.integer, self.session == session,
        next > firstEvent
      else {
        await EventLoop.shared.pause(milliseconds: Self.retryMilliseconds)
        if isRunning { continue } else { break }
      }
      events.removeFirst(min(events.count, next - firstEvent))
      firstEvent = next
    }
    isTelling = false
  }

  private func batch(of session: String, from first: Int, _ events: [[UInt8]]) -> [UInt8] {
    object { json in
      json.key("session")
      json.string(session)
      json.key("first")
      json.integer(first)
      json.key("events")
      json.beginArray()
      for event in events { json.raw(event) }
      json.endArray()
    }
  }

  /// Tries to tell something in the session before this one; the code of the refusal.
  public func tellInOldSession() async -> String? {
    guard let oldSession else { return nil }
    let body = batch(of: oldSession, from: 1, [Array(#"{"event":"prices","prices":[]}"#.utf8)])
    return await post("events", body).code
  }

  // MARK: Requests

  /// Sends a request; nil unless the answer is a JSON object. A session that is over is forgotten.
  private func send(_ step: String, _ body: [UInt8]) async -> JSONValue? {
    let (answer, code) = await post(step, body)
    if code == "BRIDGE_SESSION_OVER" { endSession() } else if let code { refusal = code }
    return answer
  }

  /// The answer, or the code of a refusal; neither if there was no answer.
  private func post(_ step: String, _ body: [UInt8]) async -> (answer: JSONValue?, code: String?) {
    let request = HTTPClientRequest(
      .post, origin, "\(path)/\(step)", headers: [("Authorization", "Bearer \(token)")],
      body: body)
    guard let answer = try? await client.send(request) else { return (nil, nil) }
    let body = answer.status == 204 ? Array("{}".utf8) : answer.body
    let json = try? JSONDocument(parsing: body).root
    guard answer.status >= 300 else { return (json, nil) }
    return (nil, json?["code"]?.string ?? "\(answer.status)")
  }
}

/// The bytes of one object whose members `body` writes.
func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
  var json = JSONWriter()
  json.beginObject()
  body(&json)
  json.endObject()
  return json.bytes
}
