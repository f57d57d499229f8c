// A number that only grows, and the family of such numbers. It is not for values that fall: those
// are gauges. The rule to keep: nothing sets a counter back, so that rates stay right.

/// All counters of one name, told apart by their label values.
public typealias CounterFamily = MetricFamily<Counter>

/// A number that only grows. Belongs to the thread that owns its registry.
public final class Counter {
  /// The sum of all increments so far.
  public private(set) var value: Double = 0

  init() {}

  /// Adds `amount`, which must be zero or more.
  public func increment(by amount: Double = 1) {
    precondition(amount >= 0, "A counter only grows.")
    value += amount
  }
}
