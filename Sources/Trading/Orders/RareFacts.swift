// What few orders have: facts about triggers, changes, protection and busts. They lie apart from
// the others, because an order's facts are copied for every decision about it.

struct RareFacts: Equatable, Sendable {
  var isEmulated = false
  var trailedPrice: Price?
  /// What was asked for first; nil unless it was amended.
  var requestedTerms: OrderTerms?
  var amendment: Amendment?
  var successor: OrderID?
  /// Legs of its protection that somebody has given up.
  var waivedLegs: Set<ProtectiveLink.Leg> = []
  var isProtectionOver = false
  /// Trades that the venue took back; nil unless there are any.
  var busts: Busts?

  /// Shared by all copies of an order's facts until one of them changes.
  final class Box: Equatable, Sendable {
    let facts: RareFacts
    init(_ facts: RareFacts) { self.facts = facts }
    static func == (a: Box, b: Box) -> Bool { a === b || a.facts == b.facts }
  }
}

extension OrderFacts {
  var isEmulated: Bool {
    get { rare?.facts.isEmulated ?? false }
    set { set(\.isEmulated, newValue) }
  }
  var trailedPrice: Price? {
    get { rare?.facts.trailedPrice }
    set { set(\.trailedPrice, newValue) }
  }
  var requestedTerms: OrderTerms? {
    get { rare?.facts.requestedTerms }
    set { set(\.requestedTerms, newValue) }
  }
  var amendment: Amendment? {
    get { rare?.facts.amendment }
    set { set(\.amendment, newValue) }
  }
  var successor: OrderID? {
    get { rare?.facts.successor }
    set { set(\.successor, newValue) }
  }
  var waivedLegs: Set<ProtectiveLink.Leg> {
    get { rare?.facts.waivedLegs ?? [] }
    set { set(\.waivedLegs, newValue) }
  }
  var isProtectionOver: Bool {
    get { rare?.facts.isProtectionOver ?? false }
    set { set(\.isProtectionOver, newValue) }
  }
  var busts: Busts? {
    get { rare?.facts.busts }
    set { set(\.busts, newValue) }
  }

  /// Most orders have none of these facts and get none: then there is nothing to do.
  private mutating func set<Value: Equatable>(
    _ path: WritableKeyPath<RareFacts, Value>, _ value: Value
  ) {
    var facts = RareFacts()
    if let rare { facts = rare.facts }
    guard facts[keyPath: path] != value else { return }
    facts[keyPath: path] = value
    rare = facts == RareFacts() ? nil : RareFacts.Box(facts)
  }
}
