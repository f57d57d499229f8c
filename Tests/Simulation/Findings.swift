// What a history broke. Nothing stops at the first: the first says what, the next say how far.

/// The promises that one history broke.
final class Findings {
  private(set) var all: [String] = []

  func expect(_ isKept: Bool, _ promise: @autoclosure () -> String) {
    if !isKept { all.append(promise()) }
  }
}
