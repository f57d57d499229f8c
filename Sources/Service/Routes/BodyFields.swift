// The fields of a JSON body. Callers send more than is needed, in either case, with null where they
// have nothing: null is the same as left out, and a value that cannot be used is refused by name.

internal import Trading
internal import Wire

/// A body's fields, each read as what it has to be.
struct BodyFields {
  let root: JSONValue

  /// Throws for a body that is no JSON object.
  init(_ body: [UInt8]) throws(APIError) { root = try JSONObject.parse(body) }

  /// The fields of an object that is part of a body.
  init(_ object: JSONValue) { root = object }

  static func missing(_ name: String) -> APIError {
    .invalid("MISSING_FIELD", field: name, "The field \(name) is missing.")
  }

  static func shown(_ text: String) -> String { String(text.prefix(40)).debugDescription }

  /// Whether a field has a value.
  func has(_ name: String) -> Bool { root[name: name].map { !$0.isNull } ?? false }

  func text(_ name: String) throws(APIError) -> String? {
    guard let value = root[name: name], !value.isNull else { return nil }
    guard let text = value.string else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be a text.")
    }
    return text
  }

  func flag(_ name: String) throws(APIError) -> Bool {
    guard let value = root[name: name], !value.isNull else { return false }
    guard let flag = value.bool else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be true or false.")
    }
    return flag
  }

  func label(_ name: String) throws(APIError) -> Label? {
    guard let text = try text(name) else { return nil }
    guard let label = Label(text) else {
      throw .invalid(
        "INVALID_TEXT", field: name,
        "\(name) must be 1 to \(Label.bytesMax) bytes without control characters.")
    }
    return label
  }

  /// The value of the first of `names` that is there.
  func first<Value>(
    of names: [String], _ read: (String) throws(APIError) -> Value?
  ) throws(APIError) -> (name: String, value: Value)? {
    for name in names {
      if let value = try read(name) { return (name, value) }
    }
    return nil
  }

  func word<Word: RawRepresentable & CaseIterable>(
    _ names: [String], code: String, _ type: Word.Type, aliases: [String: Word] = [:]
  ) throws(APIError) -> Word where Word.RawValue == String {
    guard let (name, text) = try first(of: names, text) else {
      throw BodyFields.missing(names[0])
    }
    let upper = text.uppercased()
    if let word = Word(rawValue: upper) ?? aliases[upper] { return word }
    let known = Word.allCases.map(\.rawValue)
    throw .invalid(
      code, field: name,
      "\(name) must be \(known.dropLast().joined(separator: ", ")) or \(known.last ?? ""), "
        + "but is \(BodyFields.shown(text)).")
  }

  func decimal(_ name: String) throws(APIError) -> Decimal? {
    guard let value = root[name: name], !value.isNull else { return nil }
    guard let text = value.numberText ?? value.string else {
      throw .invalid("WRONG_TYPE", field: name, "\(name) must be a number.")
    }
    do throws(Decimal.TextError) {
      return try Decimal(text: text)
    } catch {
      switch error {
      case .notANumber:
        throw .invalid("NOT_A_NUMBER", field: name, "\(name) must be a decimal number.")
      case .tooLarge:
        throw .invalid("NUMBER_TOO_LARGE", field: name, "\(name) is too large to be real.")
      case .tooPrecise:
        throw .invalid(
          "NUMBER_TOO_PRECISE", field: name,
          "\(name) has more digits than any venue takes; they would be lost.")
      }
    }
  }

  /// A price; nil where there is none or it is 0, which callers send for "none".
  func price(_ name: String) throws(APIError) -> Price? {
    guard let amount = try decimal(name), !amount.isZero else { return nil }
    guard let price = Price(amount) else {
      throw .invalid("INVALID_PRICE", field: name, "\(name) must be above 0, but is \(amount).")
    }
    return price
  }

  /// A quantity above nothing; nil where there is none.
  func quantity(_ name: String) throws(APIError) -> Quantity? {
    guard let amount = try decimal(name) else { return nil }
    guard !amount.isZero else {
      throw .invalid(
        "QUANTITY_ZERO", field: name,
        "\(name) is 0, so there is nothing to trade. Send the quantity in the base asset.")
    }
    guard let quantity = Quantity(amount) else {
      throw .invalid(
        "INVALID_QUANTITY", field: name, "\(name) must be above 0, but is \(amount).")
    }
    return quantity
  }

  /// A moment, as a text or as Unix seconds or milliseconds.
  func moment(_ name: String) throws(APIError) -> Timestamp? {
    guard let value = root[name: name], !value.isNull else { return nil }
    guard let moment = (value.string ?? value.numberText).flatMap({ Timestamp(text: $0) }) else {
      throw .invalid(
        "INVALID_TIME", field: name,
        "\(name) must be a time such as 2026-01-31T12:00:00Z, or Unix seconds.")
    }
    return moment
  }
}
