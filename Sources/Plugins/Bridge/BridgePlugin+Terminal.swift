// What a terminal asks of a bridge: to be let in, to be given commands, and to be listened to. Who
// calls is checked here, by the token; the routes only carry it.

internal import Crypto
internal import Network
internal import Trading
internal import Wire

/// What a terminal is answered.
public enum BridgeAnswer: Sendable {
  /// A JSON object.
  case object([UInt8])
  /// There is nothing to do.
  case nothing
  /// No, and why.
  case refused(BridgeRefusal)
}

/// A poll that waits.
@LoopActor final class BridgeWait {
  let timer: Timer
  let respond: @LoopActor (BridgeAnswer) -> Void

  init(timer: Timer, respond: @escaping @LoopActor (BridgeAnswer) -> Void) {
    self.timer = timer
    self.respond = respond
  }
}

extension BridgePlugin {
  /// The steps of the protocol, as the last part of their paths.
  public enum Step: String, CaseIterable, Sendable {
    /// Opens a session.
    case hello
    /// Takes commands.
    case poll
    /// Tells what has happened.
    case events
  }

  /// Answers a terminal, now or later, once.
  ///
  /// - Parameters:
  ///   - authorization: The header of that name; nil without one.
  ///   - bytes: A JSON object.
  public func take(
    _ step: Step, authorization: String?, bytes: [UInt8],
    respond: @escaping @LoopActor (BridgeAnswer) -> Void
  ) {
    do throws(BridgeRefusal) {
      guard isToken(authorization) else { throw .unauthorized }
      guard isRunning else { throw .notStarted }
      guard let document = try? JSONDocument(parsing: bytes), document.duplicateKey == nil,
        case let body = document.root, body.kind == .object
      else { throw .unreadable("The body must be one JSON object, with each name once.") }
      switch step {
      case .hello: respond(.object(try open(BridgeHello(body))))
      case .poll: try wait(try BridgePoll(body), of: body, respond)
      case .events: respond(.object(try hear(body)))
      }
    } catch {
      respond(.refused(error))
    }
  }

  private func isToken(_ authorization: String?) -> Bool {
    let prefix = "Bearer "
    let shown = authorization.flatMap { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : nil }
    return ConstantTime.equals(Array((shown ?? "").utf8), settings.token)
  }

  // MARK: Hello

  private func open(_ hello: BridgeHello) throws(BridgeRefusal) -> [UInt8] {
    if let session, session.terminalID != hello.terminalID { throw .busy }
    try checkAccount(of: hello)
    end(reason: "The terminal has begun a new session.")
    let id = Hex.encode(SecureRandom.bytes(16))
    session = BridgeSession(id: id, terminalID: hello.terminalID, at: now)
    setHealth(isHealthy: false, "\(hello.program) has said hello.")
    return JSONWriter.object { json in
      json.key("protocol")
      json.integer(BridgeHello.version)
      json.key("session")
      json.string(id)
    }
  }

  /// The account has to be the one that is meant: an order on another one would be a stranger's.
  private func checkAccount(of hello: BridgeHello) throws(BridgeRefusal) {
    var refusal: String?
    if !settings.account.isEmpty, settings.account != hello.account {
      refusal =
        "\(name) is for the account \(settings.account), and the terminal is logged in to "
        + "\(hello.account). Log in to the other one, or change the setting."
    } else if settings.isDemo, !hello.isDemo {
      refusal =
        "\(name) is set up for demo accounts, and \(hello.account) is a real one. Log in to a "
        + "demo account, or change the setting if real money is meant."
    }
    guard let refusal else { return }
    if session == nil { setHealth(isHealthy: false, refusal) }
    throw BridgeRefusal(status: 403, code: "BRIDGE_ACCOUNT", sentence: refusal)
  }

  private func checkSession(_ body: JSONValue) throws(BridgeRefusal) {
    guard let id = session?.id, body.text("session") == id else { throw .sessionOver }
  }

  // MARK: Poll

  private func wait(
    _ asked: BridgePoll, of body: JSONValue, _ respond: @escaping @LoopActor (BridgeAnswer) -> Void
  ) throws(BridgeRefusal) {
    try checkSession(body)
    guard session?.note(handled: asked.handled) == true else {
      throw .unreadable("handled is a number that was never given.")
    }
    session?.heard(at: now, waitMilliseconds: asked.waitMilliseconds)
    letPollGo()
    guard !isTurningAway else { return respond(.nothing) }
    let timer = EventLoop.shared.schedule(afterMilliseconds: asked.waitMilliseconds) {
      [weak self] in self?.letPollGo()
    }
    poll = BridgeWait(timer: timer, respond: respond)
    takeUp(hindrance: asked.hindrance)
    handOver()
  }

  /// Hands nothing over any more, and lets the poll that waits go: the service stops. What was
  /// handed over may still be answered.
  public func turnAway() {
    isTurningAway = true
    letPollGo()
  }

  /// Answers the poll that waits, if one does, that there is nothing.
  func letPollGo() { answerPoll(.nothing) }

  private func answerPoll(_ answer: BridgeAnswer) {
    guard let poll else { return }
    self.poll = nil
    poll.timer.cancel()
    poll.respond(answer)
  }

  /// Hands over what there is, if the terminal waits for it.
  func handOver() {
    guard poll != nil, let deliveries = session?.deliver(at: now), !deliveries.isEmpty else {
      return
    }
    answerPoll(
      .object(
        JSONWriter.object { json in
          json.key("commands")
          json.beginArray()
          for delivery in deliveries { delivery.write(to: &json) }
          json.endArray()
        }))
  }

  // MARK: Events

  private func hear(_ body: JSONValue) throws(BridgeRefusal) -> [UInt8] {
    try checkSession(body)
    guard let first = body["first"]?.integer, first > 0, let list = body["events"],
      list.kind == .array
    else { throw .unreadable("events needs first, a number from 1, and events, an array.") }
    session?.heard(at: now, waitMilliseconds: 0)
    let events = list.elements
    if session?.gap(before: first) == nil {
      let repeated = session?.countRepeated(first: first, count: events.count) ?? 0
      for event in events.dropFirst(repeated) { hear(event: event) }
    }
    let next = session?.nextEvent ?? 1
    return JSONWriter.object { json in
      json.key("next")
      json.integer(next)
    }
  }

  private func hear(event: JSONValue) {
    switch BridgeEvent(event, of: contracts, at: steadyNow) {
    case .answer(let number, let answer):
      if let ticket = session?.answered(number) { finish(ticket, .answer(answer)) }
    case .order(let report): tell(.order(report))
    case .externalOrders(let orders): tell(.externalOrders(orders))
    case .prices(let prices): take(prices)
    case .unreadable: compareAnew()
    }
  }
}

extension BridgeDelivery {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("number")
    json.integer(number)
    json.key("command")
    json.string(command.word)
    if command.isSubmit {
      json.key("valid_ms")
      json.integer(Int(validMilliseconds))
    }
    command.write(to: &json)
    json.endObject()
  }
}

extension JSONWriter {
  /// The bytes of one object whose members `body` writes.
  static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    body(&json)
    json.endObject()
    return json.bytes
  }
}
