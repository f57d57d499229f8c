// How the text of a setting is read, and how to say what is allowed. Formats know no setting by
// name. The rule to keep: a format accepts one spelling of a value, and money stays the text it
// was.

import Storage
import Telemetry

/// A way to read the text of a setting.
struct SettingFormat<Value: Sendable>: Sendable {
  /// What may be written, in words that follow "must be".
  let allowed: String
  let parse: @Sendable (String) throws(SettingRefusal) -> Value

  init(
    allowed: String, parse: @escaping @Sendable (String) throws(SettingRefusal) -> Value
  ) {
    self.allowed = allowed
    self.parse = parse
  }

  /// A format that says no more than yes or no.
  init(_ allowed: String, parse: @escaping @Sendable (String) -> Value?) {
    self.init(allowed: allowed) { text throws(SettingRefusal) in
      guard let value = parse(text) else { throw SettingRefusal() }
      return value
    }
  }

  /// Another format, or the word `off` for nil.
  static func orOff<Wrapped>(_ format: SettingFormat<Wrapped>) -> Self where Value == Wrapped? {
    Self(allowed: format.allowed + ", or off") { text throws(SettingRefusal) in
      text == "off" ? nil : try format.parse(text)
    }
  }
}

extension SettingFormat where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Self {
    Self("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      guard isPlainInteger(text), let value = Int(text), range.contains(value) else { return nil }
      return value
    }
  }

  /// Renewed at a third of it: below half a minute that would use up the budget of requests.
  static let countdown = Self("0, or a whole number from 30 to 3600") { text in
    guard isPlainInteger(text), let value = Int(text) else { return nil }
    return value == 0 || (30...3_600).contains(value) ? value : nil
  }
}

extension SettingFormat where Value == UInt16 {
  static let port = Self("a port number from 1 to 65535") { text in
    guard isPlainInteger(text), let value = UInt16(text), value > 0 else { return nil }
    return value
  }
}

extension SettingFormat where Value == Bool {
  static let flag = Self("true or false") { text in
    switch text.lowercased() {
    case "true", "1", "yes": true
    case "false", "0", "no": false
    default: nil
    }
  }
}

extension SettingFormat where Value == String {
  static let host = Self("an IP address or a host name") { text in
    let isHost = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || ".:-".contains($0))
    }
    return isHost && !text.isEmpty ? text : nil
  }

  /// Zero or more.
  static let decimal = Self("a decimal number, 0 or more, \(decimalSize)") { text in
    isPlainDecimal(text) ? text : nil
  }

  /// From 0 to 1.
  static let share = Self("a decimal number from 0 to 1") { text in
    let isBelowOne = text.prefix { $0 != "." }.allSatisfy { $0 == "0" }
    let isOne = text == "1" || text.hasPrefix("1.") && text.dropFirst(2).allSatisfy { $0 == "0" }
    return isPlainDecimal(text) && (isBelowOne || isOne) ? text : nil
  }

  static let positiveDecimal = Self("a decimal number above 0, \(decimalSize)") { text in
    isPlainDecimal(text) && text.contains { $0 != "0" && $0 != "." } ? text : nil
  }

  /// Any text, also none.
  static let text = Self("a text") { $0 }

  static let marginType = Self("ISOLATED, CROSSED or empty") { text in
    ["ISOLATED", "CROSSED", ""].contains(text) ? text : nil
  }

  /// An instance name; empty is left to whoever fills it in.
  static let pluginName = Self("one of PLUGINS") { $0 }
}

extension SettingFormat where Value == Secret {
  static let secret = Self("a text") { Secret($0) }
}

extension SettingFormat where Value == String? {
  static let baseURL = Self("http:// or https:// with a host, without a path, or empty") { text in
    if text.isEmpty { return .some(nil) }
    let host = ["http://", "https://"].first { text.hasPrefix($0) }.map {
      text.dropFirst($0.count)
    }
    let isHost = host?.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || ".:-_[]".contains($0))
    }
    return isHost == true && host?.isEmpty == false ? .some(text) : nil
  }
}

extension SettingFormat where Value == StoreLocation {
  static let store = Self(allowed: "sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE") {
    text throws(SettingRefusal) in
    let scheme = text.prefix { $0 != ":" }
    if scheme == "postgresql" || scheme == "postgres" {
      guard let location = StoreLocation(postgresqlURL: text) else {
        // The address holds a password, so it is not shown.
        throw SettingRefusal(
          reason: "must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with signs such as @ : / "
            + "in user and password written as %40 %3A %2F, and with parameters that libpq knows.")
      }
      return location
    }
    let path = String(text.dropFirst(scheme.count + 1))
    // Not shown either: what stands before a host may be a password, whatever the scheme.
    let refusal = SettingRefusal(
      reason: "must be sqlite:PATH, with the path of a file, or "
        + "postgresql://USER:PASSWORD@HOST:PORT/DATABASE.")
    guard scheme == "sqlite" else { throw refusal }
    // ":memory:" and "file:" mean something else to SQLite, and neither would survive a restart as
    // an order must. "//name" is a host in an address, which a file does not have.
    let isURLOfHost = path.hasPrefix("//") && !path.hasPrefix("///")
    guard !path.isEmpty, !path.hasPrefix(":"), !path.hasPrefix("file:"), !isURLOfHost else {
      throw refusal
    }
    return .sqlite(path: path)
  }
}

extension SettingFormat where Value == [String] {
  /// Names with commas between them, each once.
  static func names(_ allowed: String, mayBeEmpty: Bool) -> Self {
    Self(allowed) { text in
      if text.isEmpty { return mayBeEmpty ? [] : nil }
      let names = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingBlanks() }
      guard names.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
      return Set(names).count == names.count ? names : nil
    }
  }
}

extension SettingFormat where Value == [Settings.Route] {
  static let routes = Self(
    "SYMBOL=PLUGIN or strategy:NAME=PLUGIN with commas between, each symbol and strategy once"
  ) { text in
    var routes: [Settings.Route] = []
    if text.isEmpty { return routes }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=").map { $0.trimmingBlanks() }
      guard sides.count == 2 else { return nil }
      let isStrategy = sides[0].hasPrefix("strategy:")
      let name = isStrategy ? String(sides[0].dropFirst("strategy:".count)) : sides[0]
      guard !name.isEmpty, !sides[1].isEmpty,
        !routes.contains(where: { $0.name == name && $0.isStrategy == isStrategy })
      else { return nil }
      routes.append(Settings.Route(name: name, isStrategy: isStrategy, plugin: sides[1]))
    }
    return routes
  }
}

extension SettingFormat where Value == AddressList {
  static let addresses = Self(
    allowed: "addresses and ranges such as 10.0.0.0/8 with commas between, the word tradingview, "
      + "or empty"
  ) { text throws(SettingRefusal) in
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    return text.isEmpty ? AddressList() : try AddressList(parts.map { $0.trimmingBlanks() })
  }
}

extension SettingFormat where Value == [SimulatedBalance] {
  static let balances = Self("ASSET=AMOUNT with commas between, each asset once") { text in
    var balances: [SimulatedBalance] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=").map { $0.trimmingBlanks() }
      guard sides.count == 2, !sides[0].isEmpty, isPlainDecimal(sides[1]),
        !balances.contains(where: { $0.asset == sides[0] })
      else { return nil }
      balances.append(SimulatedBalance(asset: sides[0], amount: sides[1]))
    }
    return balances
  }
}

extension SettingFormat where Value == [String: Int] {
  /// The most of one thing: as many as can be asked for over HTTP.
  private static let countMax = 600_000

  static let counts = Self("NAME=COUNT with commas between, each name once") { text in
    var counts: [String: Int] = [:]
    if text.isEmpty { return counts }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=").map { $0.trimmingBlanks() }
      guard sides.count == 2, !sides[0].isEmpty, isPlainInteger(sides[1]),
        let count = Int(sides[1]), count <= countMax,
        counts.updateValue(count, forKey: sides[0]) == nil
      else { return nil }
    }
    return counts
  }

  /// As much as Binance lends.
  static let leverages = Self(
    "SYMBOL=LEVERAGE with commas between, from 1 to 125, each symbol once, or empty"
  ) { text in
    guard let leverages = try? counts.parse(text) else { return nil }
    return leverages.values.allSatisfy { (1...125).contains($0) } ? leverages : nil
  }
}

extension SettingFormat where Value == LogLevel {
  /// Also what RUST_LOG holds, such as `info,fks=debug`: the first level that stands alone.
  static let logLevel = Self("trace, debug, info, warning or error") { text in
    let words = text.lowercased().split(separator: ",").map { $0.trimmingBlanks() }
    return words.lazy.compactMap { word in
      switch word {
      case "trace": LogLevel.trace
      case "debug": .debug
      case "info": .info
      case "warn", "warning": .warning
      case "error": .error
      default: nil
      }
    }.first
  }
}

extension SettingFormat where Value == APIKeyRing? {
  static let apiKeys = Self(allowed: "name:scopes:key with commas between entries") {
    text throws(SettingRefusal) in
    if text.isEmpty { return nil }
    do throws(APIKeyError) {
      return try APIKeyRing(parsing: text)
    } catch {
      throw SettingRefusal(reason: "cannot be used. \(error.sentence)")
    }
  }
}

extension SettingFormat where Value == [KeyLimit] {
  static let keyLimits = Self("NAME:PER_SECOND/BURST with commas between, each name once") { text in
    var limits: [KeyLimit] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: ":").map { $0.trimmingBlanks() }
      guard sides.count == 2, !limits.contains(where: { $0.name == sides[0] }) else { return nil }
      let numbers = sides[1].split(separator: "/").map { String($0) }
      guard numbers.count == 2, numbers.allSatisfy(isPlainInteger),
        let rate = Int(numbers[0]), let burst = Int(numbers[1]),
        keyLimitRange.contains(rate), keyLimitRange.contains(burst)
      else { return nil }
      limits.append(KeyLimit(name: sides[0], perSecond: rate, burst: burst))
    }
    return limits
  }
}

/// As wide as the limits of the whole service.
private let keyLimitRange = 1...1_000_000

/// What the service's decimals hold; beyond it a limit would be rounded, or overflow.
private let integerDigitsMax = 15
private let fractionDigitsMax = 12
private let decimalSize =
  "at most \(integerDigitsMax) digits before the point and "
  + "\(fractionDigitsMax) after"

/// Digits, and perhaps a point and digits: no sign, no exponent.
private func isPlainDecimal(_ text: String) -> Bool {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
  guard parts.count <= 2, parts.allSatisfy(isPlainInteger) else { return false }
  return parts[0].utf8.count <= integerDigitsMax
    && (parts.count == 1 || parts[1].utf8.count <= fractionDigitsMax)
}

private func isPlainInteger(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  func trimmingBlanks() -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let start = drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(start[...last])
  }
}
