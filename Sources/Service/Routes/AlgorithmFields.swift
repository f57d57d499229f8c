// The object `algorithm` of an order's body. What its numbers may be is the engine's matter; here
// is what makes them numbers.

internal import Trading
internal import Wire

enum AlgorithmFields {
  static func read(_ fields: BodyFields) throws(APIError) -> TimeWeighting? {
    guard let value = fields.root[name: "algorithm"], !value.isNull else { return nil }
    guard value.kind == .object else {
      throw .invalid(
        "WRONG_TYPE", field: "algorithm",
        "algorithm must be an object such as {\"type\": \"TWAP\", \"duration_seconds\": 600, "
          + "\"slices\": 10}.")
    }
    let algorithm = BodyFields(value)
    guard let type = try algorithm.text("type") else { throw BodyFields.missing("algorithm.type") }
    guard type.uppercased() == "TWAP" else {
      throw .invalid(
        "INVALID_ALGORITHM", field: "algorithm.type",
        "algorithm.type must be TWAP, but is \(BodyFields.shown(type)). For an iceberg send "
          + "display_quantity.")
    }
    let seconds = try whole("duration_seconds", algorithm)
    guard let seconds else { throw BodyFields.missing("algorithm.duration_seconds") }
    return TimeWeighting(
      durationMilliseconds: seconds * 1_000, slices: Int(try slices(algorithm, of: seconds)))
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
