// Every metric of the process, and their rendering. It opens no socket and takes no lock: one
// thread owns it, and values from other threads reach that thread as messages. The rule to keep:
// the text passes `promtool check metrics` without a word, and equal state renders to equal bytes.

/// Every metric of the process. Owned by one thread.
public final class MetricRegistry {
  private var families: [any RenderedFamily] = []
  private var familyIndexes: [String: Int] = [:]
  private var updates: [() -> Void] = []

  /// Makes an empty registry.
  public init() {}

  /// The counters called `name`. The name ends in `_total`, except where users already know
  /// another.
  ///
  /// Asking again for a known name with the same labels gives the same family; asking for it as
  /// something else is a programming error and traps.
  public func counter(_ name: String, _ help: String, labels: [String] = []) -> CounterFamily {
    family(name, help, labels) { Counter() }
  }

  /// The gauges called `name`; see `counter` for asking twice.
  public func gauge(_ name: String, _ help: String, labels: [String] = []) -> GaugeFamily {
    family(name, help, labels) { Gauge() }
  }

  /// The histograms called `name`, with ascending finite upper bounds; `+Inf` is added.
  /// See `counter` for asking twice.
  public func histogram(
    _ name: String, _ help: String, labels: [String] = [], buckets: [Double]
  ) -> HistogramFamily {
    precondition(
      zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 } && buckets.allSatisfy(\.isFinite),
      "The bounds of \(name) do not ascend.")
    precondition(!labels.contains("le"), "\(name) may not use the label le.")
    return family(name, help, labels) { Histogram(bounds: buckets) }
  }

  /// Registers what is called before each rendering, to refresh gauges.
  public func onRender(_ update: @escaping () -> Void) {
    updates.append(update)
  }

  /// The Prometheus text format 0.0.4: families in the order of their registration, children in the
  /// order of their label values, nothing for a family without children.
  public func render() -> [UInt8] {
    for update in updates { update() }
    var text = MetricText()
    for family in families { family.render(into: &text) }
    return text.bytes
  }

  private func family<Child: RenderedChild>(
    _ name: String, _ help: String, _ labels: [String], makeChild: @escaping () -> Child
  ) -> MetricFamily<Child> {
    if let index = familyIndexes[name] {
      guard let known = families[index] as? MetricFamily<Child>, known.labels == labels else {
        preconditionFailure("The metric \(name) is registered twice, as different things.")
      }
      return known
    }
    precondition(isMetricName(name), "\(name) is no metric name.")
    precondition(labels.allSatisfy(isLabelName), "A label of \(name) is no label name.")
    let family = MetricFamily(name: name, help: help, labels: labels, makeChild: makeChild)
    familyIndexes[name] = families.count
    families.append(family)
    return family
  }

  private func isMetricName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: ":") }
  }

  private func isLabelName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first), !name.hasPrefix("__") else { return false }
    return name.utf8.allSatisfy { isLetter($0) || isDigit($0) }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      || byte == UInt8(ascii: "_")
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
