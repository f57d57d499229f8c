// A value of the plan's file: objects, lists and texts. Numbers stay their decimal text.

internal import FoundationEssentials
internal import Telemetry
internal import Trading

/// Why the plan cannot be used; a sentence without secrets.
struct PlanFault: Error {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}

enum PlanNode: Decodable {
  case object([String: PlanNode])
  case list([PlanNode])
  case text(String)

  init(json5 data: Data) throws(PlanFault) {
    // Foundation's JSON5 traps on some bytes that are no UTF-8 instead of throwing.
    let isText = String(validating: data, as: UTF8.self) != nil
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    guard isText, let node = try? decoder.decode(PlanNode.self, from: data) else {
      throw PlanFault(
        "It is not valid JSON5: check braces, commas and quotes. It may hold objects, lists, texts "
          + "and numbers.")
    }
    self = node
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let object = try? container.decode([String: PlanNode].self) {
      self = .object(object)
    } else if let list = try? container.decode([PlanNode].self) {
      self = .list(list)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      // Foundation's Decimal is read from the digits themselves.
      self = .text(try container.decode(FoundationEssentials.Decimal.self).description)
    }
  }

  /// The members of an object that may have these.
  func object(in place: String, _ names: [String]) throws(PlanFault) -> [String: PlanNode] {
    guard case .object(let members) = self else { throw PlanFault("\(place) must be an object.") }
    if let unknown = members.keys.sorted().first(where: { !names.contains($0) }) {
      throw PlanFault(
        "\(place) has \"\(unknown)\", but may have \(names.joined(separator: ", ")) only.")
    }
    return members
  }

  /// The members of an object with names of the owner's own, in their order.
  func entries(in place: String) throws(PlanFault) -> [(key: String, value: PlanNode)] {
    guard case .object(let members) = self else { throw PlanFault("\(place) must be an object.") }
    return members.sorted { $0.key < $1.key }
  }

  func texts(in place: String) throws(PlanFault) -> [String] {
    guard case .list(let nodes) = self else { throw PlanFault("\(place) must be a list.") }
    var texts: [String] = []
    for node in nodes { texts.append(try node.text(in: place)) }
    return texts
  }

  func text(in place: String) throws(PlanFault) -> String {
    guard case .text(let text) = self, !text.isEmpty else {
      throw PlanFault("\(place) must be a text or a number.")
    }
    return text
  }

  func symbol(in place: String) throws(PlanFault) -> Symbol {
    guard let symbol = Symbol(anySpelling: try text(in: place)) else {
      throw PlanFault("\(place) must be an instrument such as BTCUSDT.")
    }
    return symbol
  }
}

extension [String: PlanNode] {
  func account(in place: String) throws(PlanFault) -> AccountID? {
    guard let node = self["account"] else { return nil }
    guard let account = AccountID(try node.text(in: "\(place).account").lowercased()) else {
      throw PlanFault("\(place).account must be the name of a plugin.")
    }
    return account
  }

  /// A secret that stands here, or alone in a file that NAME_file names.
  func secret(_ name: String, in place: String) throws(PlanFault) -> Secret? {
    var text = try self[name]?.text(in: "\(place).\(name)")
    if let path = try self["\(name)_file"]?.text(in: "\(place).\(name)_file") {
      let data = FileManager.default.contents(atPath: path)
      let lines = data.flatMap { String(validating: $0, as: UTF8.self) }?
        .split(whereSeparator: \.isNewline)
      guard text == nil, let lines, lines.count == 1 else {
        throw PlanFault(
          "\(place).\(name)_file must name a file with one line of text, and \(name) be left out.")
      }
      text = lines[0].trimmingBlanks()
    }
    guard let text else { return nil }
    guard text.utf8.count >= WebhookSource.shortestSecretCharacters else {
      throw PlanFault(
        "\(place).\(name) must have at least \(WebhookSource.shortestSecretCharacters) characters.")
    }
    return Secret(text)
  }
}
