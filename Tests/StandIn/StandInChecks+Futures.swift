// What USD-M Futures check of an order's parameters. The codes are those of "Error Codes" in their
// documentation.

import Trading

extension StandInRequest {
  /// Reads a new order as `POST /fapi/v1/order` has it.
  init(
    futures parameters: inout StandInParameters, at milliseconds: Int64
  ) throws(StandInRefusal) {
    try readCommon(&parameters)
    type = try parameters.required("type")
    guard type == "MARKET" || type == "LIMIT" else {
      throw ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"]
        .contains(type)
        ? StandInRefusal(
          code: -4120,
          message: "Order type not supported for this endpoint. Please use the Algo Order API "
            + "endpoints instead.")
        : StandInRefusal(code: -1116, message: "Invalid orderType.")
    }
    try readLimit(type == "LIMIT", ["GTC", "IOC", "FOK", "GTX", "GTD"], &parameters)
    try readGoodTill(&parameters, at: milliseconds)
    clientID = try StandInRequest.clientID("newClientOrderId", &parameters)
    guard parameters.optional("newOrderRespType") == "RESULT" else {
      throw StandInRefusal(code: -1106, message: "This stand-in answers with the result only.")
    }
  }

  /// Reads a new conditional order as `POST /fapi/v1/algoOrder` has it.
  init(conditional parameters: inout StandInParameters) throws(StandInRefusal) {
    guard try parameters.required("algoType") == "CONDITIONAL" else {
      throw StandInRefusal(code: -1130, message: "Data sent for parameter 'algoType' is not valid.")
    }
    try readCommon(&parameters)
    type = try parameters.required("type")
    switch type {
    case "STOP", "TAKE_PROFIT":
      try readLimit(true, ["GTC", "IOC", "FOK", "GTX"], &parameters)
      stopPrice = try positive("triggerPrice", &parameters)
    case "STOP_MARKET", "TAKE_PROFIT_MARKET":
      try readLimit(false, [], &parameters)
      stopPrice = try positive("triggerPrice", &parameters)
    case "TRAILING_STOP_MARKET":
      try readLimit(false, [], &parameters)
      try readTrailing(&parameters)
    default: throw StandInRefusal(code: -1116, message: "Invalid orderType.")
    }
    clientID = try StandInRequest.clientID("clientAlgoId", &parameters)
  }

  private mutating func readCommon(_ parameters: inout StandInParameters) throws(StandInRefusal) {
    symbol = try parameters.required("symbol")
    isBuy = try StandInRequest.isBuy(&parameters)
    quantity = try positive("quantity", &parameters)
    isReduceOnly = parameters.optional("reduceOnly") == "true"
  }

  private func positive(
    _ name: String, _ parameters: inout StandInParameters
  ) throws(StandInRefusal) -> Decimal {
    guard let number = try parameters.number(name), number.isPositive else {
      throw StandInRefusal(
        code: -1102,
        message: "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    return number
  }

  /// Reads price and time in force, which only some orders may have.
  private mutating func readLimit(
    _ hasLimit: Bool, _ words: [String], _ parameters: inout StandInParameters
  ) throws(StandInRefusal) {
    guard hasLimit else {
      for name in ["price", "timeInForce"] where parameters.has(name) {
        throw StandInRefusal(code: -1106, message: "Parameter '\(name)' sent when not required.")
      }
      return
    }
    timeInForce = try parameters.required("timeInForce")
    guard words.contains(timeInForce) else {
      throw StandInRefusal(code: -1115, message: "Invalid timeInForce.")
    }
    price = try positive("price", &parameters)
  }

  /// A date of expiry has whole seconds, and is more than ten minutes ahead.
  private mutating func readGoodTill(
    _ parameters: inout StandInParameters, at milliseconds: Int64
  ) throws(StandInRefusal) {
    goodTillMilliseconds = parameters.optional("goodTillDate").flatMap { Int64($0) }
    guard timeInForce == "GTD" else {
      guard !parameters.has("goodTillDate") else {
        throw StandInRefusal(
          code: -1106, message: "Parameter 'goodTillDate' sent when not required.")
      }
      return
    }
    guard let date = goodTillMilliseconds, date > milliseconds + 600_000,
      date < 253_402_300_799_000, date % 1_000 == 0
    else {
      throw StandInRefusal(code: -5040, message: "Invalid goodTillDate.")
    }
  }

  /// A callback of 0.1 to 10 percent, with one digit after the point.
  private mutating func readTrailing(
    _ parameters: inout StandInParameters
  ) throws(StandInRefusal) {
    activationPrice = try parameters.number("activatePrice")
    let percent = try positive("callbackRate", &parameters)
    let step = Decimal(units: 1, scale: 1)
    guard !(percent < step), !(percent > Decimal(10)), percent.isMultiple(of: step) else {
      throw StandInRefusal(
        code: -1130, message: "Data sent for parameter 'callbackRate' is not valid.")
    }
    callbackPercent = percent
  }
}
