// Everything that Binance's own documentation and clients have recorded, where a folder of it lies
// beside the checkout: each order, trade, instrument and event in it is read, and nothing of what
// the gateway needs of it is lost.

import FoundationEssentials
import Testing
import Trading
import Wire

@testable import Plugins

private typealias Decimal = Trading.Decimal

private let directory =
  #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/../shared/fixtures"

@Suite(.enabled(if: FileManager.default.fileExists(atPath: directory)))
struct BinanceRecordedTests {
  private static let ownID = OrderID(value: 7)

  /// All objects in a venue's files, however deep, with the names of their files. Client order ids
  /// are replaced by one of ours where it says so.
  private func objects(_ venue: String, asOurs: Bool = false) throws -> [(String, JSONValue)] {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(venue)")
    var found: [(String, JSONValue)] = []
    for name in names.sorted() where name.hasSuffix(".json") {
      let data = try #require(FileManager.default.contents(atPath: "\(directory)/\(venue)/\(name)"))
      var text = String(decoding: data, as: UTF8.self)
      if asOurs {
        text = text.replacing(/"(clientOrderId|origClientOrderId|clientAlgoId|c)": "[^"]*"/) {
          "\"\($0.1)\": \"\(Self.ownID)\""
        }
      }
      let root = try JSONDocument(parsing: Array(text.utf8)).root
      collect(root, name, into: &found)
    }
    return found
  }

  private func collect(_ value: JSONValue, _ name: String, into found: inout [(String, JSONValue)])
  {
    if value.kind == .object {
      found.append((name, value))
      for member in value.members { collect(member.value, name, into: &found) }
    }
    for element in value.elements { collect(element, name, into: &found) }
  }

  private func raw(_ value: JSONValue?) -> Decimal? {
    (value?.string ?? value?.numberText).flatMap { try? Decimal(text: $0) }
  }

  @Test(arguments: ["binance-spot", "binance-usdm"])
  func `every recorded order is read without loss`(venue: String) throws {
    var count = 0
    for (name, order) in try objects(venue, asOurs: true) {
      guard order["orderId"]?.integer != nil, order["executedQty"] != nil,
        order["status"]?.string != nil
      else { continue }
      let isCancel = order["origClientOrderId"] != nil
      guard order["clientOrderId"] != nil || isCancel else { continue }
      let answer = try #require(
        BinanceOrderAnswer(order, isCancel: isCancel && order["clientOrderId"] == nil), "\(name)")
      #expect(answer.report.orderID == Self.ownID, "\(name)")
      #expect(answer.report.venueOrderID?.text == order["orderId"]?.numberText, "\(name)")
      #expect(answer.report.filledQuantity.amount == raw(order["executedQty"]), "\(name)")
      #expect(answer.symbol.text == order["symbol"]?.string, "\(name)")
      if let quantity = raw(order["origQty"]) {
        #expect(answer.report.terms?.quantity.amount == quantity, "\(name)")
        let limit = raw(order["price"]).flatMap { $0.isZero ? nil : $0 }
        #expect(answer.report.terms?.limitPrice?.amount == limit, "\(name)")
        let trigger = raw(order["stopPrice"]).flatMap { $0.isZero ? nil : $0 }
        #expect(answer.report.terms?.triggerPrice?.amount == trigger, "\(name)")
      }
      count += 1
    }
    #expect(count >= (venue == "binance-spot" ? 40 : 8), "\(count)")
  }

  @Test(arguments: ["binance-spot", "binance-usdm"])
  func `every recorded open order of somebody else counts with what is left of it`(
    venue: String
  ) throws {
    var count = 0
    for (name, order) in try objects(venue) {
      guard order["clientOrderId"]?.string != nil, let whole = raw(order["origQty"]),
        let filled = raw(order["executedQty"]), order["side"]?.string != nil,
        order["orderId"]?.integer != nil, whole >= filled
      else { continue }
      let external = try #require(ExternalOrder(binance: order), "\(name)")
      #expect(external.leavesQuantity.amount == whole - filled, "\(name)")
      #expect(external.side.rawValue == order["side"]?.string, "\(name)")
      count += 1
    }
    #expect(count >= 5, "\(count)")
  }

  @Test(arguments: ["binance-spot", "binance-usdm"])
  func `every recorded trade is read without loss`(venue: String) throws {
    var count = 0
    for (name, trade) in try objects(venue) {
      guard trade["commission"] != nil, trade["qty"] != nil, trade["id"]?.integer != nil else {
        continue
      }
      let list = try JSONDocument(parsing: Array("[\(text(of: trade))]".utf8)).root
      let fill = try #require([Fill](binanceTrades: list)?.first, "\(name)")
      #expect(fill.tradeID.text == trade["id"]?.numberText, "\(name)")
      #expect(fill.quantity.amount == raw(trade["qty"]), "\(name)")
      #expect(fill.price.amount == raw(trade["price"]), "\(name)")
      #expect(fill.fee == raw(trade["commission"]), "\(name)")
      #expect(fill.feeAsset.text == trade["commissionAsset"]?.string, "\(name)")
      count += 1
    }
    #expect(count >= 1, "\(count)")
  }

  /// A flat object again as text.
  private func text(of object: JSONValue) -> String {
    let members = object.members.map { member in
      let value =
        member.value.string.map { "\"\($0)\"" } ?? member.value.numberText
        ?? member.value.bool.map { "\($0)" } ?? "null"
      return "\"\(member.name)\":\(value)"
    }
    return "{\(members.joined(separator: ","))}"
  }

  @Test func `every fill in a recorded answer to a new order is read`() throws {
    var count = 0
    for (name, order) in try objects("binance-spot", asOurs: true) {
      guard let fills = order["fills"]?.elements, !fills.isEmpty, order["transactTime"] != nil,
        var answer = BinanceOrderAnswer(order)
      else { continue }
      let hasAll = answer.addFills(in: order)
      #expect(hasAll, "\(name)")
      #expect(answer.report.fills.map(\.fee) == fills.map { raw($0["commission"]) }, "\(name)")
      count += fills.count
    }
    #expect(count >= 5, "\(count)")
  }

  @Test func `every recorded instrument that is traded is read with its filters`() throws {
    var count = 0
    for (name, answer) in try objects("binance-spot") where answer["symbols"] != nil {
      guard let info = BinanceExchangeInfo(answer, of: .spot) else { continue }
      for symbol in answer["symbols"]?.elements ?? [] {
        let filters = symbol["filters"]?.elements.compactMap { $0["filterType"]?.string } ?? []
        guard symbol["status"]?.string == "TRADING", filters.contains("LOT_SIZE")
        else { continue }
        let instrument = try #require(
          info.instruments.first { $0.symbol.text == symbol["symbol"]?.string },
          "\(name) \(symbol["symbol"]?.string ?? "")")
        for filter in symbol["filters"]?.elements ?? [] {
          switch filter["filterType"]?.string {
          case "PRICE_FILTER":
            #expect(instrument.tickSize == raw(filter["tickSize"]), "\(instrument.symbol)")
          case "LOT_SIZE":
            #expect(instrument.lotStep == raw(filter["stepSize"]), "\(instrument.symbol)")
            #expect(instrument.maxQuantity == raw(filter["maxQty"]), "\(instrument.symbol)")
          case "NOTIONAL", "MIN_NOTIONAL":
            #expect(instrument.minNotional == raw(filter["minNotional"]), "\(instrument.symbol)")
          default: break
          }
        }
        count += 1
      }
    }
    #expect(count >= 8, "\(count)")
  }

  @Test func `every recorded event of the account is understood`() throws {
    var kinds: [String: Int] = [:]
    for (name, message) in try objects("binance-spot", asOurs: true) {
      guard let event = message["event"], let kind = event["e"]?.string else { continue }
      let read = try #require(
        BinanceStreamEvent(message, of: .spot, children: [:]), "\(name): \(kind)")
      if kind == "executionReport" {
        guard case .order(let report) = read else {
          Issue.record("\(name) is no report.")
          continue
        }
        #expect(report.venueOrderID?.text == event["i"]?.numberText)
        #expect(report.filledQuantity.amount == raw(event["z"]))
      } else {
        #expect(read != .externalOrder, "\(name)")
      }
      kinds[kind, default: 0] += 1
    }
    #expect(kinds["executionReport"] ?? 0 >= 1)
    #expect(kinds.count >= 4, "\(kinds)")
  }

  @Test(arguments: ["binance-spot", "binance-usdm"])
  func `every recorded error has a verdict, and silence is never one`(venue: String) throws {
    let data = try #require(
      FileManager.default.contents(atPath: "\(directory)/\(venue)/errors.json"))
    let errors = try JSONDocument(parsing: Array(data)).root.elements
    #expect(errors.count >= 20)
    for error in errors {
      let status = error["http"]?.integer ?? 400
      let stated = BinanceError(
        status: status, code: error["code"]?.integer, message: error["msg"]?.string ?? "")
      let verdict = (venue == "binance-spot" ? BinanceVenue.spot : .futures).verdict(on: stated)
      // What says that the outcome is not known must not prove anything.
      if [-1006, -1007].contains(stated.code) || status >= 500 {
        #expect(verdict == .unknown || status == 503, "\(stated)")
      }
      if [-1013, -2010, -1121, -1111].contains(stated.code), status < 500 {
        #expect([.notPlaced, .alreadyThere].contains(verdict), "\(stated)")
      }
    }
  }
}
