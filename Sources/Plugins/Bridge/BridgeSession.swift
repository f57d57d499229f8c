// One terminal's time with the gateway: who it is, what it is asked, what it has told. It knows no
// sockets and no clock; it is told the time. The rule to keep: a command gets its number when it is
// first handed over and keeps it, so that a terminal which sees a number again knows it.

/// A command on its way to a terminal and back.
struct BridgeDelivery: Equatable, Sendable {
  /// Its place among all that were handed over in the session, from 1.
  let number: Int
  let command: BridgeCommand
  /// For how long from now the terminal may begin to carry it out.
  let validMilliseconds: Int64
}

/// A session with a terminal.
struct BridgeSession {
  /// How long a new order may be carried out after it was asked for. What is handed over later
  /// would trade at a price that nobody has seen.
  static let submitValidMilliseconds: Int64 = 10_000
  /// How many commands one answer has: a terminal that carries out one after the other is back for
  /// a cancel after a few seconds.
  static let commandsPerPollMax = 8
  /// How long a terminal may be silent beyond the wait that it asked for. It carries out commands
  /// meanwhile, some of which wait for a broker.
  static let graceMilliseconds: Int64 = 15_000
  /// The longest wait of a poll. Proxies end requests that are idle for half a minute.
  static let waitMillisecondsMax = 25_000

  /// What names the session in each request.
  let id: String
  /// Which terminal it is, the same for ever.
  let terminalID: String

  /// A command that waits for its answer.
  private struct Entry {
    /// What the gateway knows it by.
    let ticket: Int
    let command: BridgeCommand
    let askedAt: Int64
    /// Nil until it is handed over.
    var number: Int?
  }

  private var entries: [Entry] = []
  private var lastTicket = 0
  private var lastNumber = 0
  private var handled = 0
  /// The number of the next event.
  private(set) var nextEvent = 1
  private var silentFrom: Int64

  init(id: String, terminalID: String, at now: Int64) {
    self.id = id
    self.terminalID = terminalID
    silentFrom = now + BridgeSession.graceMilliseconds
  }

  // MARK: What the gateway does

  /// Takes in a command; the ticket stands for it from now on.
  mutating func ask(_ command: BridgeCommand, at now: Int64) -> Int {
    lastTicket += 1
    entries.append(Entry(ticket: lastTicket, command: command, askedAt: now))
    return lastTicket
  }

  /// Gives a command up; whether the terminal may have it.
  mutating func withdraw(_ ticket: Int) -> Bool {
    guard let index = entries.firstIndex(where: { $0.ticket == ticket }) else { return false }
    return entries.remove(at: index).number != nil
  }

  /// Whether a command was handed over.
  func isHandedOver(_ ticket: Int) -> Bool {
    entries.first { $0.ticket == ticket }?.number != nil
  }

  /// Whether the terminal was not heard for too long.
  func isSilent(at now: Int64) -> Bool { now >= silentFrom }

  // MARK: What the terminal does

  /// The terminal was heard, and will be again within `wait` and some more.
  mutating func heard(at now: Int64, waitMilliseconds: Int) {
    silentFrom = now + Int64(waitMilliseconds) + BridgeSession.graceMilliseconds
  }

  /// Notes what the terminal has handled: that is not handed over again. False for a number that
  /// was never given.
  mutating func note(handled number: Int) -> Bool {
    guard number >= 0, number <= lastNumber else { return false }
    handled = max(handled, number)
    return true
  }

  /// What is to be handed over now: first again what may have been lost on the way, then what is
  /// new, the urgent first.
  mutating func deliver(at now: Int64) -> [BridgeDelivery] {
    let again = entries.filter { $0.number.map { $0 > handled } ?? false }
    var deliveries = again.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
      .prefix(BridgeSession.commandsPerPollMax).map { delivery(of: $0, at: now) }
    let new = entries.indices.filter { entries[$0].number == nil }
    let urgent = new.filter { entries[$0].command.isUrgent }
    for index in urgent + new.filter({ !entries[$0].command.isUrgent }) {
      guard deliveries.count < BridgeSession.commandsPerPollMax else { break }
      lastNumber += 1
      entries[index].number = lastNumber
      deliveries.append(delivery(of: entries[index], at: now))
    }
    return deliveries
  }

  private func delivery(of entry: Entry, at now: Int64) -> BridgeDelivery {
    let age = now - entry.askedAt
    return BridgeDelivery(
      number: entry.number ?? 0, command: entry.command,
      validMilliseconds: max(0, BridgeSession.submitValidMilliseconds - age))
  }

  /// The ticket of a command that the terminal answers, which is done with; nil for one that nobody
  /// waits for any more.
  mutating func answered(_ number: Int) -> Int? {
    guard let index = entries.firstIndex(where: { $0.number == number }) else { return nil }
    return entries.remove(at: index).ticket
  }

  /// Whose events are missing before the first of a batch; nil if there is no gap.
  func gap(before first: Int) -> Int? { first > nextEvent ? nextEvent : nil }

  /// How many of a batch were told before.
  mutating func countRepeated(first: Int, count: Int) -> Int {
    let repeated = min(max(0, nextEvent - first), count)
    nextEvent = max(nextEvent, first + count)
    return repeated
  }

  /// All that waits is given up; by ticket, whether the terminal may have it.
  mutating func end() -> [(ticket: Int, isHandedOver: Bool)] {
    defer { entries = [] }
    return entries.map { ($0.ticket, $0.number != nil) }
  }
}
