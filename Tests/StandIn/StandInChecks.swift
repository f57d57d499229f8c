// What Binance checks before a request gets to the matching engine: who sent it and when, which
// parameters it has, and the filters of the symbol. The codes are those of errors.md in
// binance-spot-api-docs.

import Crypto
import Trading
import Wire

/// A request whose parameters are read one by one: one that nobody asked for is an error.
struct StandInParameters {
  private let pairs: [(name: String, value: String)]
  private var read: Set<String> = []

  init(_ request: HTTPRequest) {
    pairs = request.totalParameters.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1]) : ""
      return (String(parts[0]), PercentCoding.decode(value) ?? "")
    }
  }

  func has(_ name: String) -> Bool { pairs.contains { $0.name == name } }

  mutating func optional(_ name: String) -> String? {
    read.insert(name)
    return pairs.first { $0.name == name }?.value
  }

  mutating func required(_ name: String) throws(StandInRefusal) -> String {
    guard let value = optional(name), !value.isEmpty else {
      throw StandInRefusal(
        code: -1102,
        message: "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    return value
  }

  mutating func number(_ name: String) throws(StandInRefusal) -> Decimal? {
    guard let text = optional(name) else { return nil }
    guard let number = try? Decimal(text: text), !text.contains("e"), !number.isNegative else {
      throw StandInRefusal(
        code: -1100,
        message: "Illegal characters found in parameter '\(name)'; legal range is "
          + "'^([0-9]{1,20})(\\\\.[0-9]{1,20})?$'.")
    }
    return number
  }

  /// Refuses parameters that nobody has read.
  func finish() throws(StandInRefusal) {
    let unread = pairs.count - pairs.count { read.contains($0.name) }
    guard unread == 0 else {
      throw StandInRefusal(
        code: -1104,
        message: "Not all sent parameters were read; read '\(pairs.count - unread)' parameter(s) "
          + "but was sent '\(pairs.count)'.")
    }
  }
}

extension HTTPRequest {
  /// Parameters may stand in the query or in a body as of a form; both together are what is signed.
  fileprivate var totalParameters: String {
    let query = target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    return query + String(decoding: body, as: UTF8.self)
  }
}

/// Who may ask, and how it is proved.
struct StandInAccess {
  let keyName: String
  let secret: String

  /// Refuses what is not signed by the key, for now.
  func check(
    _ request: HTTPRequest, _ parameters: inout StandInParameters, at milliseconds: Int64
  ) throws(StandInRefusal) {
    try checkKey(request)
    let signature = try parameters.required("signature")
    let total = request.totalParameters
    guard let end = total.firstRange(of: "&signature="), !total[end.upperBound...].contains("&"),
      isSignature(signature, over: String(total[..<end.lowerBound]))
    else {
      throw StandInRefusal(code: -1022, message: "Signature for this request is not valid.")
    }
    try checkTime(&parameters, at: milliseconds)
  }

  /// Refuses who has not the key.
  func checkKey(_ request: HTTPRequest) throws(StandInRefusal) {
    guard let name = request.header("x-mbx-apikey") else {
      throw StandInRefusal(status: 401, code: -2014, message: "API-key format invalid.")
    }
    guard name == keyName else {
      throw StandInRefusal(
        status: 401, code: -2015, message: "Invalid API-key, IP, or permissions for action.")
    }
  }

  func isSignature(_ signature: String, over text: String) -> Bool {
    guard let signer = try? RequestSigner(secret) else { return false }
    return Hex.encode(signer.sign(Array(text.utf8))) == signature.lowercased()
  }

  private func checkTime(
    _ parameters: inout StandInParameters, at milliseconds: Int64
  ) throws(StandInRefusal) {
    let window = Int64(parameters.optional("recvWindow") ?? "5000") ?? 0
    guard let time = Int64(try parameters.required("timestamp")), (1...60_000).contains(window)
    else {
      throw StandInRefusal(
        code: -1102,
        message: "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
    }
    if time >= milliseconds + 1_000 {
      throw StandInRefusal(
        code: -1021,
        message: "Timestamp for this request was 1000ms ahead of the server's time.")
    }
    if milliseconds - time > window {
      throw StandInRefusal(
        code: -1021, message: "Timestamp for this request is outside of the recvWindow.")
    }
  }
}

extension StandInRequest {
  /// Reads a new order as `POST /api/v3/order` has it.
  init(spot parameters: inout StandInParameters) throws(StandInRefusal) {
    symbol = try parameters.required("symbol")
    isBuy = try StandInRequest.isBuy(&parameters)
    type = try parameters.required("type")
    guard let shape = StandInRequest.shapes[type] else {
      throw StandInRefusal(code: -1116, message: "Invalid orderType.")
    }
    quantity = try parameters.number("quantity") ?? .zero
    guard quantity.isPositive else {
      throw StandInRefusal(
        code: -1102,
        message: "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")
    }
    try readShape(shape, &parameters)
    clientID = try StandInRequest.clientID("newClientOrderId", &parameters)
    guard parameters.optional("newOrderRespType") == "FULL" else {
      throw StandInRefusal(code: -1106, message: "This stand-in answers in full only.")
    }
  }

  static func isBuy(_ parameters: inout StandInParameters) throws(StandInRefusal) -> Bool {
    let side = try parameters.required("side")
    guard side == "BUY" || side == "SELL" else {
      throw StandInRefusal(code: -1117, message: "Invalid side.")
    }
    return side == "BUY"
  }

  static func clientID(
    _ name: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> String {
    let id = parameters.optional(name) ?? ""
    guard id.utf8.count <= 36, !id.isEmpty, id.utf8.allSatisfy(isIDByte) else {
      throw StandInRefusal(
        code: -1100, message: "Illegal characters found in parameter '\(name)'.")
    }
    return id
  }

  private struct Shape {
    var hasTimeInForce = false
    var hasPrice = false
    var hasStop = false
  }

  private static let shapes = [
    "MARKET": Shape(), "LIMIT": Shape(hasTimeInForce: true, hasPrice: true),
    "LIMIT_MAKER": Shape(hasPrice: true), "STOP_LOSS": Shape(hasStop: true),
    "TAKE_PROFIT": Shape(hasStop: true),
    "STOP_LOSS_LIMIT": Shape(hasTimeInForce: true, hasPrice: true, hasStop: true),
    "TAKE_PROFIT_LIMIT": Shape(hasTimeInForce: true, hasPrice: true, hasStop: true),
  ]

  private mutating func readShape(
    _ shape: Shape, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) {
    if shape.hasTimeInForce {
      timeInForce = try parameters.required("timeInForce")
      guard ["GTC", "IOC", "FOK"].contains(timeInForce) else {
        throw StandInRefusal(code: -1115, message: "Invalid timeInForce.")
      }
    } else if parameters.has("timeInForce") {
      throw StandInRefusal(
        code: -1106, message: "Parameter 'timeInForce' sent when not required.")
    }
    if shape.hasPrice {
      price = try parameters.number("price")
      if price == nil { _ = try parameters.required("price") }
    } else if parameters.has("price") {
      throw StandInRefusal(code: -1106, message: "Parameter 'price' sent when not required.")
    }
    if shape.hasStop {
      stopPrice = try parameters.number("stopPrice")
      if stopPrice == nil { _ = try parameters.required("stopPrice") }
    }
  }

  private static func isIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension StandInMarket {
  /// Refuses what the filters of the symbol do not let pass.
  func check(_ request: StandInRequest, at venue: StandInVenue) throws(StandInRefusal) {
    let isAtSpot = venue == .spot
    for price in [request.price, request.stopPrice].compactMap({ $0 }) {
      guard price.isPositive, price.isMultiple(of: tickSize) else {
        throw isAtSpot
          ? StandInRefusal(code: -1013, message: "Filter failure: PRICE_FILTER")
          : StandInRefusal(code: -4014, message: "Price not increased by tick size.")
      }
    }
    guard request.quantity.isMultiple(of: lotStep) else {
      throw isAtSpot
        ? StandInRefusal(code: -1013, message: "Filter failure: LOT_SIZE")
        : StandInRefusal(
          code: -1111, message: "Precision is over the maximum defined for this asset.")
    }
    let notional = request.quantity * (request.price ?? request.stopPrice ?? price)
    guard request.isReduceOnly || !(notional < minNotional) else {
      throw isAtSpot
        ? StandInRefusal(code: -1013, message: "Filter failure: NOTIONAL")
        : StandInRefusal(
          code: -4164,
          message: "Order's notional must be no smaller than \(minNotional) (unless you choose "
            + "reduce only)")
    }
  }
}
