// A stretch of the journal as events: a page of it for who catches up, the newest part of it for
// all others.
// The rule to keep: a batch has every event between its two ends, so whoever stands within it can
// go on from it without a gap.

internal import Storage

/// The events of all rows after `after` and up to `through`.
struct EventBatch: Sendable {
  /// The row before the first.
  private(set) var after: Int64
  /// The last row.
  private(set) var through: Int64
  private(set) var events: [StreamEvent] = []

  /// The end of the journal, from where it grows.
  init(at sequence: Int64) {
    after = sequence
    through = sequence
  }

  /// The rows that follow `after` without a gap; none if there are no more.
  init(_ rows: [JournalRow], after: Int64) {
    self.after = after
    through = rows.last?.sequence ?? after
    events = rows.flatMap { StreamEvent.events(of: $0) }
  }

  /// Takes in the batch that follows, and lets go of the oldest events beyond `eventsMax`.
  mutating func append(_ next: EventBatch, eventsMax: Int) {
    guard next.after == through else { return }
    events += next.events
    through = next.through
    guard events.count > eventsMax, let last = events[events.count - eventsMax].id else { return }
    after = last.sequence
    events.removeFirst(events.count - eventsMax)
  }

  /// Where somebody is who has had all of it.
  var end: EventID { EventID(through: through) }

  /// Whether nothing is missing between a place and this batch.
  func covers(_ place: EventID) -> Bool { place.lastWholeRow >= after }

  /// The first event after a place.
  func index(after place: EventID) -> Int {
    var (low, high) = (0, events.count)
    while low < high {
      let middle = (low + high) / 2
      if let id = events[middle].id, id <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
