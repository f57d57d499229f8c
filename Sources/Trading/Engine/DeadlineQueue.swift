// Deadlines of different lengths, the next one first. Entries that have become pointless stay until
// they are due: dropping them then costs less than looking for them now.

struct DeadlineQueue {
  private var deadlines: [Deadline] = []

  var isEmpty: Bool { deadlines.isEmpty }

  mutating func add(_ deadline: Deadline) {
    var (low, high) = (0, deadlines.count)
    while low < high {
      let middle = (low + high) / 2
      if deadlines[middle].at > deadline.at { low = middle + 1 } else { high = middle }
    }
    // The next one stands last, where it can be taken from without moving the others.
    deadlines.insert(deadline, at: low)
  }

  /// The next order whose deadline has come.
  mutating func takeDue(at now: Timestamp) -> OrderID? {
    guard let next = deadlines.last, next.at <= now else { return nil }
    return deadlines.removeLast().id
  }
}
