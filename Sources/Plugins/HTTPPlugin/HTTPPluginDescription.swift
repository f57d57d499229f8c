// What a plugin process says of itself: which version of the contract it speaks, and what its venue
// can do. What is missing or unknown there keeps the plugin from starting.

internal import Trading
internal import Wire

/// The answer to `GET /describe`.
struct HTTPPluginDescription {
  /// The version of the contract that is spoken here.
  static let version = 1
  /// The longest time for which a venue may not show an order yet: ten minutes.
  private static let visibilityWindowMax = 600_000

  /// Its name for itself and its venue, for people.
  let name: String
  /// Whether its orders are executed with real money.
  let isLive: Bool
  /// What its venue can do.
  let rules: VenueRules

  /// Reads a description.
  init(_ answer: JSONValue) throws(PluginError) {
    guard let version = answer["contract"]?.integer else {
      throw PluginError("It does not say which version of the contract it speaks.")
    }
    guard version == HTTPPluginDescription.version else {
      throw PluginError(
        "It speaks version \(version) of the contract, and this program speaks "
          + "\(HTTPPluginDescription.version). Run a plugin of that version.")
    }
    guard let name = answer.text("name"), !name.isEmpty, let isLive = answer["is_live"]?.bool else {
      throw HTTPPluginDescription.unreadable("name or is_live")
    }
    self.name = name
    self.isLive = isLive
    guard let capabilities = answer["capabilities"] else {
      throw HTTPPluginDescription.unreadable("capabilities")
    }
    rules = try HTTPPluginDescription.rules(capabilities)
  }

  private static func rules(_ answer: JSONValue) throws(PluginError) -> VenueRules {
    func flag(_ name: StaticString) throws(PluginError) -> Bool {
      guard let flag = answer[name]?.bool else { throw unreadable("\(name)") }
      return flag
    }
    guard let window = answer["visibility_window_ms"]?.integer,
      (0...visibilityWindowMax).contains(window)
    else { throw unreadable("visibility_window_ms") }
    guard let fee = answer.amount("taker_fee_bps"), !fee.isNegative else {
      throw unreadable("taker_fee_bps")
    }
    let kinds = ["positions": false, "holdings": true]
    guard let statesHoldings = answer.text("position_kind").flatMap({ kinds[$0] }) else {
      throw unreadable("position_kind")
    }
    return VenueRules(
      canBeAskedLater: try flag("lookup"), visibilityWindowMilliseconds: Int64(window),
      orderTypes: try words("order_types", of: answer),
      timesInForce: try words("time_in_force", of: answer), hasPostOnly: try flag("post_only"),
      hasReduceOnly: try flag("reduce_only"), hasDisplayQuantity: try flag("display_quantity"),
      canAmend: try flag("amend"), takerFeeBasisPoints: fee, statesHoldings: statesHoldings)
  }

  private static func words<Word: RawRepresentable<String>>(
    _ name: StaticString, of answer: JSONValue
  ) throws(PluginError) -> [Word] {
    let texts = answer[name]?.elements ?? []
    let words = texts.compactMap { $0.string.flatMap { Word(rawValue: $0) } }
    guard !words.isEmpty, words.count == texts.count else { throw unreadable("\(name)") }
    return words
  }

  private static func unreadable(_ what: String) -> PluginError {
    PluginError(
      "Its description cannot be read: \(what) is missing or not what docs/PLUGINS.md "
        + "says.")
  }
}
