// What is to happen in a world, in the order of its time: a heap, because a day has a hundred
// thousand of them.

import Trading

/// Something that happens at a time.
struct Happening {
  var at: Timestamp
  /// Tells those of the same time apart, so that a seed has one order.
  var number: Int
  /// Nil if it happens whatever becomes of the process.
  var generation: Int?
  var run: (World) -> Void

  func isEarlier(than other: Happening) -> Bool {
    at == other.at ? number < other.number : at < other.at
  }
}

/// Happenings that are still to come.
struct Agenda {
  private var heap: [Happening] = []

  var nextAt: Timestamp? { heap.first?.at }

  mutating func add(_ happening: Happening) {
    heap.append(happening)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isEarlier(than: heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func takeNext() -> Happening? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].isEarlier(than: heap[least]) { least = child }
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
