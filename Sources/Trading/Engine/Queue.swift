// A queue that is only ever read at its front. Taking from the front of an array moves all that
// follows; this one moves nothing until half of it is history.

/// First in, first out.
struct Queue<Element> {
  private var elements: [Element] = []
  private var head = 0

  var front: Element? { head < elements.count ? elements[head] : nil }
  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func removeFront() {
    head += 1
    guard head > 64, head * 2 > elements.count else { return }
    elements.removeFirst(head)
    head = 0
  }

  /// Removes all that `isWanted` picks, and returns it in its order.
  mutating func removeAll(where isWanted: (Element) -> Bool) -> [Element] {
    let removed = elements[head...].filter(isWanted)
    elements = elements[head...].filter { !isWanted($0) }
    head = 0
    return removed
  }

  /// Empties the queue and returns what was in it.
  mutating func removeAll() -> [Element] { removeAll { _ in true } }
}
