// Signals to NinjaTrader: their bytes, what is refused before it leaves, and what the answers of
// fks_ninja and the silence of the socket mean.

import Network
import Testing
import Trading
import Wire

@testable import Plugins

@Suite @LoopActor struct NinjaTests {
  private let contract = valid(
    BridgeContract(
      name: "ES 03-25", size: Decimal(50), tickSize: decimal("0.25"),
      lots: BridgeContract.Lots(step: Decimal(1), min: Decimal(1), max: Decimal(9)),
      base: asset("ES"), quote: asset("USD")), "contract")
  private let future = symbol("ES0325")

  private func signal(
    _ number: UInt64 = 1, _ side: Side = .buy, _ quantityText: String = "50",
    at limit: String? = "5000", takeProfit: String? = nil, stopLoss: String? = nil
  ) -> Order {
    var instructions = OrderInstructions()
    instructions.takeProfit = takeProfit.map { price($0) }
    instructions.stopLoss = stopLoss.map { price($0) }
    let terms = OrderTerms(
      account: account("ninjatrader"), symbol: future, side: side,
      type: limit == nil ? .market : .limit, quantity: quantity(quantityText),
      limitPrice: limit.map { price($0) }, instructions: instructions)
    var order = Order(id: OrderID(value: UInt128(number)), terms: terms, at: start)
    _ = order.apply(.submitting, at: start)
    return order
  }

  // MARK: Bytes

  @Test func `a signal has both spellings, whole ticks by side, and no line feed`() throws {
    let buy = try NinjaSignal(signal(takeProfit: "5010", stopLoss: "4995"), of: contract)
    let text = String(decoding: buy.json(), as: UTF8.self)
    #expect(
      text
        == #"{"action":"buy","Action":"buy","instrument":"ES 03-25","Instrument":"ES 03-25","#
        + #""price":5000,"Price":5000,"tp_points":40,"TPPoints":40,"sl_points":20,"SLPoints":20}"#)
    let sell = try NinjaSignal(signal(1, .sell, takeProfit: "4990", stopLoss: "5005"), of: contract)
    #expect(sell.targetTicks == 40 && sell.stopTicks == 20)
    let plain = try NinjaSignal(signal(), of: contract)
    #expect(plain.targetTicks == 0 && plain.stopTicks == 0)
    #expect(String(decoding: plain.json(quantity: 1), as: UTF8.self).contains(#""quantity":1"#))
  }

  @Test(arguments: [
    ("51", "5000", nil, nil, "NINJA_ONE_CONTRACT"), ("100", "5000", nil, nil, "NINJA_ONE_CONTRACT"),
    ("50", nil, nil, nil, "NINJA_NEEDS_LIMIT"), ("50", "5000", "4999", nil, "NINJA_TICKS"),
    ("50", "5000", "5000", nil, "NINJA_TICKS"), ("50", "5000", "5000.1", nil, "NINJA_TICKS"),
    ("50", "5000", nil, "5001", "NINJA_TICKS"), ("50", "5000", "5125.25", nil, "NINJA_TICKS"),
    ("50", "5000", nil, "4874.75", "NINJA_TICKS"),
  ])
  func `what the far side would do otherwise is refused`(
    quantity: String, limit: String?, takeProfit: String?, stopLoss: String?, code: String
  ) {
    let order = signal(1, .buy, quantity, at: limit, takeProfit: takeProfit, stopLoss: stopLoss)
    do throws(NinjaRefusal) {
      _ = try NinjaSignal(order, of: contract)
      Issue.record("It was taken.")
    } catch {
      #expect(error.code == code)
      #expect(error.sentence.hasSuffix("othing was sent."))
    }
  }

  @Test func `five hundred ticks are taken, and no more`() throws {
    let most = try NinjaSignal(signal(takeProfit: "5125", stopLoss: "4875"), of: contract)
    #expect(most.targetTicks == 500 && most.stopTicks == 500)
  }

  // MARK: fks_ninja

  @Test(arguments: [
    (200, #"{"success":true,"order_id":"N1"}"#, NinjaAnswer.accepted(VenueOrderID("N", 1))),
    (200, #"{"success":true,"order_id":7}"#, .accepted(VenueOrderID("", 7))),
    (200, #"{"success":false,"error":"No."}"#, .refused(code: "NINJA_REFUSED", reason: "No.")),
    (200, #"{"success":true}"#, .unknown(reason: Self.weak)),
    (200, #"{"order_id":"N1"}"#, .unknown(reason: Self.weak)),
    (202, #"{"success":"true","order_id":"N1"}"#, .unknown(reason: Self.weak)),
    (200, "OK", .unknown(reason: Self.weak)),
    (404, #"{"detail":"Not Found"}"#, .noSuchPath), (405, "", .noSuchPath),
    (422, #"{"error":"price"}"#, .refused(code: "NINJA_422", reason: "price")),
    (500, "", .unknown(reason: "fks_ninja answered with status 500. ")),
    (503, "", .unknown(reason: "fks_ninja answered with status 503. ")),
    (408, "", .unknown(reason: "fks_ninja answered with status 408. ")),
  ])
  func `an answer means what it proves`(status: Int, body: String, meaning: NinjaAnswer) {
    #expect(NinjaAnswer(status: status, body: Array(body.utf8)) == meaning)
  }

  private nonisolated static let weak =
    "fks_ninja's answer does not say success with an order_id."

  private func service(
    _ farSide: FarSide, path: String = "/api/v1/signals"
  ) async throws -> NinjaPlugin {
    farSide.answers["GET /health"] = (200, "{}")
    let origin = try farSide.listen()
    let plugin = NinjaPlugin(
      name: account("ninjatrader"),
      settings: NinjaSettings(
        way: .service(try HTTPClient(), origin, path: path), contracts: [contract], isDemo: true))
    try await plugin.start { _ in }
    return plugin
  }

  private let taken = (status: 200, body: #"{"success":true,"order_id":"N1"}"#)

  @Test(arguments: ["/api/v1/signals", "/api/v1/signals/send"], [404, 405])
  func `either path is found, once each, and remembered`(path: String, status: Int) async throws {
    let farSide = FarSide()
    let other = path.hasSuffix("send") ? "/api/v1/signals" : "/api/v1/signals/send"
    let plugin = try await service(farSide, path: other)
    farSide.answers["POST \(path)"] = taken
    farSide.answers["POST \(other)"] = (status, "")
    for number in [1, 2] as [UInt64] {
      guard case .accepted(let report, _) = await plugin.submit(signal(number)) else {
        return #expect(Bool(false))
      }
      #expect(report.status == .working && report.fills.isEmpty)
    }
    #expect(farSide.count("POST \(path)") == 2)
    #expect(farSide.count("POST \(other)") == 1)
    #expect(farSide.bodies("POST \(path)").allSatisfy { $0.contains(#""quantity":1"#) })
  }

  @Test func `where no path takes signals nothing was done`() async throws {
    let farSide = FarSide()
    let plugin = try await service(farSide, path: "/mine")
    guard case .rejected(let rejection) = await plugin.submit(signal()) else {
      return #expect(Bool(false))
    }
    #expect(rejection.code == "NINJA_NO_PATH")
    #expect(farSide.received.count { $0.line.hasPrefix("POST") } == 3)
  }

  @Test func `a lost answer is unknown, and no other path is tried`() async throws {
    let farSide = FarSide()
    let plugin = try await service(farSide)
    farSide.silent = ["POST /api/v1/signals"]
    guard case .unknown = await plugin.submit(signal()) else { return #expect(Bool(false)) }
    #expect(farSide.received.count { $0.line.hasPrefix("POST") } == 1)
  }

  @Test func `what cannot be asked is not answered`() async throws {
    let farSide = FarSide()
    let plugin = try await service(farSide)
    guard case .unavailable = await plugin.query(signal()),
      case .refused(isGone: false, _) = await plugin.cancel(signal())
    else { return #expect(Bool(false)) }
    await #expect(throws: PluginError.self) { try await plugin.positions() }
    #expect(!plugin.capabilities.rules.canBeAskedLater)
    #expect(plugin.health.isHealthy)
  }

  // MARK: The socket

  private func sender(_ port: UInt16) throws -> NinjaPlugin {
    NinjaPlugin(
      name: account("ninjatrader"),
      settings: NinjaSettings(
        way: .socket(
          try MessageSender(timeoutMilliseconds: 5_000),
          try HTTPOrigin("http://127.0.0.1:\(port)")),
        contracts: [contract], isDemo: false))
  }

  @Test func `a signal arrives whole and alone, and its outcome is unknown`() async throws {
    let socket = SilentSocket()
    let plugin = try sender(socket.port)
    try await plugin.start { _ in }
    guard case .unknown(let reason) = await plugin.submit(signal()) else {
      return #expect(Bool(false))
    }
    #expect(reason.contains("bridge"))
    while socket.messages.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    let expected = try NinjaSignal(signal(), of: contract).json()
    #expect(socket.messages == [String(decoding: expected, as: UTF8.self)])
    #expect(plugin.capabilities.isLive)
    socket.end()
  }

  @Test func `a socket that is not there got nothing`() async throws {
    let socket = SilentSocket()
    socket.end()
    let plugin = try sender(socket.port)
    guard case .rejected(let rejection) = await plugin.submit(signal()) else {
      return #expect(Bool(false))
    }
    #expect(rejection.code == "VENUE_UNREACHABLE")
  }

  @Test func `what is refused opens no connection`() async throws {
    let socket = SilentSocket()
    let plugin = try sender(socket.port)
    guard case .rejected = await plugin.submit(signal(1, .buy, "100")),
      case .unknown = await plugin.submit(signal(2))
    else { return #expect(Bool(false)) }
    while socket.messages.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    #expect(socket.messages.count == 1)
    socket.end()
  }
}
