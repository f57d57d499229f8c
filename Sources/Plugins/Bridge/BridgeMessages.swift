// What a terminal sends: who it is, that it waits for commands, and what has happened. Reading is
// strict: what cannot be read is refused with a sentence, and nothing is taken from it.

internal import Trading
internal import Wire

/// Why a terminal's request is refused.
public struct BridgeRefusal: Error, Equatable, Sendable {
  /// The HTTP status.
  public let status: Int
  /// A stable code.
  public let code: String
  /// What is wrong and what to do, for the person at the terminal.
  public let sentence: String

  static let unauthorized = BridgeRefusal(
    status: 401, code: "BRIDGE_UNAUTHORIZED",
    sentence: "The token is not the one of this bridge. Copy it from the service's settings.")
  static let notStarted = BridgeRefusal(
    status: 503, code: "BRIDGE_NOT_STARTED",
    sentence: "This process does not trade now; it starts, stops or stands by. Try again soon.")
  static let sessionOver = BridgeRefusal(
    status: 409, code: "BRIDGE_SESSION_OVER",
    sentence: "This session is over. Forget its commands and events, and say hello again.")
  static let busy = BridgeRefusal(
    status: 409, code: "BRIDGE_BUSY",
    sentence: "Another terminal is connected. Stop that one, or give this one an instance of its "
      + "own; half a minute after its last word its place is free.")

  static func unreadable(_ what: String) -> BridgeRefusal {
    BridgeRefusal(status: 422, code: "BRIDGE_UNREADABLE", sentence: what)
  }
}

/// Who a terminal is.
struct BridgeHello {
  /// The version of the protocol that is spoken here.
  static let version = 1
  /// The longest text in it.
  private static let textMax = 100

  /// Made once by the terminal's program and kept in a file: tells a restart from another terminal.
  let terminalID: String
  /// Program and version, for people.
  let program: String
  /// The account that it trades.
  let account: String
  /// Whether nothing on that account is worth money.
  let isDemo: Bool

  init(_ body: JSONValue) throws(BridgeRefusal) {
    guard body["protocol"]?.integer == BridgeHello.version else {
      throw BridgeRefusal(
        status: 422, code: "BRIDGE_PROTOCOL",
        sentence: "This service speaks version \(BridgeHello.version) of the protocol. Install "
          + "the terminal's program that came with it.")
    }
    func text(_ name: StaticString) throws(BridgeRefusal) -> String {
      guard let text = body.text(name), !text.isEmpty, text.utf8.count <= BridgeHello.textMax,
        text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else {
        throw .unreadable(
          "hello needs \(name), a text of 1 to \(BridgeHello.textMax) bytes.")
      }
      return text
    }
    terminalID = try text("terminal_id")
    program = try text("program")
    account = try text("account")
    guard let isDemo = body["demo"]?.bool else {
      throw .unreadable("hello needs demo, true or false.")
    }
    self.isDemo = isDemo
  }
}

/// A terminal's wish for commands.
struct BridgePoll {
  let handled: Int
  let waitMilliseconds: Int
  /// Whether it could trade now; nil if it could, else why not.
  let hindrance: String?

  init(_ body: JSONValue) throws(BridgeRefusal) {
    guard let handled = body["handled"]?.integer, let wait = body["wait_ms"]?.integer,
      let isReady = body["ready"]?.bool
    else {
      throw .unreadable("poll needs handled and wait_ms, whole numbers, and ready, true or false.")
    }
    self.handled = handled
    waitMilliseconds = min(max(0, wait), BridgeSession.waitMillisecondsMax)
    let reason = body.text("reason").map { String($0.prefix(BridgePoll.reasonMax)) } ?? ""
    hindrance = isReady ? nil : reason.isEmpty ? "It gives no reason." : reason
  }

  /// The longest reason that is shown.
  private static let reasonMax = 200
}

/// What a terminal tells of its own accord, or in answer to a command.
enum BridgeEvent {
  case answer(number: Int, JSONValue)
  case order(OrderReport)
  case externalOrders([ExternalOrder])
  case prices([MarketData])
  /// What cannot be read may be about an order.
  case unreadable

  /// Reads an event that was told just now; answers are read by who asked.
  init(_ json: JSONValue, of contracts: BridgeContracts, at now: Timestamp) {
    self = BridgeEvent.read(json, of: contracts, at: now) ?? .unreadable
  }

  private static func read(
    _ json: JSONValue, of contracts: BridgeContracts, at now: Timestamp
  ) -> BridgeEvent? {
    switch json.text("event") {
    case "answer": json["number"]?.integer.map { .answer(number: $0, json) }
    case "order":
      json["order"].flatMap { OrderReport(bridge: $0, of: contracts) }.map { .order($0) }
    case "external_orders":
      json["orders"].map { .externalOrders(ExternalOrder.list(bridge: $0, of: contracts)) }
    case "prices":
      json["prices"].map { .prices(MarketData.list(bridge: $0, of: contracts, at: now)) }
    default: nil
    }
  }
}
