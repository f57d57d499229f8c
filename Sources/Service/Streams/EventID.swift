// The ids of stream events: places in the journal. They are counted by the journal alone, so they
// mean the same after a restart.
// The rule to keep: ids only grow along a stream, and everything up to an id has been sent.

/// The place of an event: a row of the journal, and the event's place in the row.
struct EventID: Hashable, Comparable, CustomStringConvertible {
  /// The row.
  let sequence: Int64
  /// From 1; `Int.max` stands for the end of the row.
  let part: Int

  init(sequence: Int64, part: Int) {
    self.sequence = sequence
    self.part = part
  }

  /// The end of a row: the place of everything up to it. 0 is before the first row.
  init(through sequence: Int64) { self.init(sequence: sequence, part: .max) }

  /// Reads `SEQUENCE.PART` or `SEQUENCE`, the end of a row.
  init?(text: String) {
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
    // Int64("+5") is 5, but ids are written with digits alone.
    guard numbers.count <= 2, text.utf8.allSatisfy({ $0 == 0x2E || 0x30...0x39 ~= $0 }),
      let sequence = Int64(numbers[0])
    else { return nil }
    guard numbers.count == 2 else {
      self.init(through: sequence)
      return
    }
    guard let part = Int(numbers[1]), part >= 1, part < .max, sequence >= 1 else { return nil }
    self.init(sequence: sequence, part: part)
  }

  /// The row up to which nothing is missing: where reading goes on.
  var lastWholeRow: Int64 { part == .max ? sequence : sequence - 1 }

  var description: String { part == .max ? "\(sequence)" : "\(sequence).\(part)" }

  static func < (a: EventID, b: EventID) -> Bool {
    a.sequence == b.sequence ? a.part < b.part : a.sequence < b.sequence
  }
}
