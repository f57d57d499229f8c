// The object `algorithm` of an order's body. What its numbers may be is the engine's matter; here
// is what makes them numbers.

internal import Trading
internal import Wire

/// How the gateway is to work an order.
enum AlgorithmFields {
  case timeWeighted(TimeWeighting)
  /// The names of plugins, as they were given.
  case routed([AccountID])

  init?(_ fields: BodyFields) throws(APIError) {
    guard let value = fields.root[name: "algorithm"], !value.isNull else { return nil }
    guard value.kind == .object else {
      throw .invalid(
        "WRONG_TYPE", field: "algorithm",
        "algorithm must be an object such as {\"type\": \"TWAP\", \"duration_seconds\": 600, "
          + "\"slices\": 10}.")
    }
    let algorithm = BodyFields(value)
    guard let type = try algorithm.text("type") else { throw BodyFields.missing("algorithm.type") }
    switch type.uppercased() {
    case "TWAP":
      guard let seconds = try AlgorithmFields.whole("duration_seconds", algorithm) else {
        throw BodyFields.missing("algorithm.duration_seconds")
      }
      let slices = try AlgorithmFields.slices(algorithm, of: seconds)
      self = .timeWeighted(
        TimeWeighting(durationMilliseconds: seconds * 1_000, slices: Int(slices)))
    case "ROUTE": self = .routed(try AlgorithmFields.exchanges(value))
    default:
      throw .invalid(
        "INVALID_ALGORITHM", field: "algorithm.type",
        "algorithm.type must be TWAP or ROUTE, but is \(BodyFields.shown(type)). For an iceberg "
          + "send display_quantity.")
    }
  }

  private static func exchanges(_ algorithm: JSONValue) throws(APIError) -> [AccountID] {
    guard let list = algorithm[name: "exchanges"], list.kind == .array else {
      throw .invalid(
        "MISSING_FIELD", field: "algorithm.exchanges",
        "A ROUTE order needs exchanges, a list of the plugins to choose from.")
    }
    var names: [AccountID] = []
    for value in list.elements {
      guard let name = value.string.flatMap({ AccountID($0.lowercased()) }) else {
        throw .invalid(
          "UNKNOWN_PLUGIN", field: "algorithm.exchanges",
          "exchanges must be names of plugins, such as [\"binance\", \"kraken\"].")
      }
      names.append(name)
    }
    return names
  }

  private static func slices(
    _ algorithm: BodyFields, of seconds: Int64
  ) throws(APIError) -> Int64 {
    let interval = try whole("interval_seconds", algorithm)
    switch (try whole("slices", algorithm), interval) {
    case (let slices?, nil): return slices
    case (nil, let interval?):
      guard interval > 0, seconds.isMultiple(of: interval) else {
        throw .invalid(
          "ALGORITHM_INTERVAL", field: "algorithm.interval_seconds",
          "interval_seconds must divide duration_seconds evenly: \(interval) does not divide "
            + "\(seconds). Send slices instead, or another interval.")
      }
      return seconds / interval
    case (nil, nil), (.some, .some):
      throw .invalid(
        "ALGORITHM_SLICES", field: "algorithm.slices",
        "A TWAP order needs slices or interval_seconds, one of them.")
    }
  }

  /// Far beyond every limit, and small enough to be reckoned with.
  private static let largest: Int64 = 1_000_000_000

  private static func whole(_ name: String, _ fields: BodyFields) throws(APIError) -> Int64? {
    guard let value = fields.root[name: name], !value.isNull else { return nil }
    guard let number = value.integer.map({ Int64($0) }), (-largest...largest).contains(number)
    else {
      throw .invalid(
        "NOT_A_NUMBER", field: "algorithm." + name, "\(name) must be a whole number.")
    }
    return number
  }
}
