// A number that rises and falls, and the family of such numbers. The rule to keep: a gauge that
// mirrors other state is refreshed in `MetricRegistry.onRender`, not at each change of that state.

/// All gauges of one name, told apart by their label values.
public typealias GaugeFamily = MetricFamily<Gauge>

/// A number that rises and falls. Belongs to the thread that owns its registry.
public final class Gauge {
  /// The value as last set or moved.
  public private(set) var value: Double = 0

  init() {}

  /// Replaces the value.
  public func set(_ value: Double) {
    self.value = value
  }

  /// Moves the value; a negative amount lowers it.
  public func add(_ amount: Double) {
    value += amount
  }
}
