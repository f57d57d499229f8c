// The months of the journal. A row belongs to the month of its time, and never to an earlier one
// than the row before it, whatever a clock was set to: so each month is one span of numbers, and
// what is pruned is always the journal's beginning.

internal import Trading

/// A month of UTC.
public struct JournalMonth: Comparable, Sendable, CustomStringConvertible {
  /// Year and month in one, such as 202611.
  let number: Int64

  init(number: Int64) { self.number = number }

  init(containing moment: Timestamp) {
    let digits = moment.text.utf8.filter { $0 != UInt8(ascii: "-") }.prefix(6)
    number = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// A month as people write it, such as `2026-11`; nil if it is none.
  public init?(text: String) {
    guard text.utf8.count == 7, let start = Timestamp(text: "\(text)-01T00:00:00Z") else {
      return nil
    }
    self.init(containing: start)
  }

  var next: JournalMonth {
    JournalMonth(number: number % 100 == 12 ? number + 89 : number + 1)
  }

  /// When it begins.
  var start: Timestamp {
    Timestamp(text: "\(self)-01T00:00:00Z") ?? Timestamp(microseconds: .max)
  }

  /// Such as `2026-11`.
  public var description: String {
    let digits = String(number)
    return "\(digits.dropLast(2))-\(digits.suffix(2))"
  }

  /// Whether `a` is the earlier month.
  public static func < (a: JournalMonth, b: JournalMonth) -> Bool { a.number < b.number }
}

/// The months that the journal has rows of, oldest first.
struct JournalMonths {
  private(set) var all: [(month: JournalMonth, first: Int64)] = []
  /// When the newest month ends, in microseconds since 1970.
  private var end = Int64.min

  /// Begins a month with a row.
  mutating func add(_ month: JournalMonth, first sequence: Int64) {
    all.append((month, sequence))
    end = month.next.start.microseconds
  }

  /// Forgets months whose first row was taken back: a row under its number is yet to be written.
  mutating func forget(from sequence: Int64) {
    guard let last = all.last, last.first >= sequence else { return }
    all.removeAll { $0.first >= sequence }
    end = all.last?.month.next.start.microseconds ?? .min
  }

  /// The month that a row begins that is written next; nil if it belongs to the newest one.
  func begun(by recordedAt: Int64) -> JournalMonth? {
    recordedAt < end ? nil : JournalMonth(containing: Timestamp(microseconds: recordedAt))
  }

  /// The month of a row, or one before it.
  func month(of sequence: Int64) -> Int64 {
    all.last { $0.first <= sequence }?.month.number ?? 0
  }
}
