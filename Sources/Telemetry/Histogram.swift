// Counts of observed values by upper bound, and the family of such counts. It keeps no single
// observation. The rule to keep: `observe` stands on the path of every request, so it allocates
// nothing.

/// All histograms of one name, told apart by their label values. They share their bounds.
public typealias HistogramFamily = MetricFamily<Histogram>

/// Counts of observed values by upper bound. Belongs to the thread that owns its registry.
public final class Histogram {
  /// How many values were observed.
  public private(set) var count = 0
  /// The sum of the observed values.
  public private(set) var sum: Double = 0

  let bounds: [Double]
  /// One count for each bound and one for what is above them all; not cumulative.
  private(set) var bucketCounts: [Int]

  init(bounds: [Double]) {
    self.bounds = bounds
    bucketCounts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// Counts a value into the first bucket whose bound is not below it. Not-a-number is ignored: it
  /// would spoil the sum for good.
  public func observe(_ value: Double) {
    guard !value.isNaN else { return }
    // Bounds are few and most values small: a walk from the lowest beats a binary search.
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    bucketCounts[index] += 1
    count += 1
    sum += value
  }
}
