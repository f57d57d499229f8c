// One metric name with its help text, its label names and one child for each combination of label
// values. It is no registry and does not render itself to clients. The rule to keep: a child, once
// handed out, stays the same object, so callers may hold on to it and skip the lookup.

/// The children of one metric name. Belongs to the thread that owns its `MetricRegistry`.
public final class MetricFamily<Child: AnyObject> {
  let name: String
  let help: String
  let labels: [String]
  @usableFromInline let makeChild: () -> Child
  @usableFromInline var children: [[String]: Child] = [:]
  @usableFromInline var unlabelled: Child?

  init(name: String, help: String, labels: [String], makeChild: @escaping () -> Child) {
    self.name = name
    self.help = help
    self.labels = labels
    self.makeChild = makeChild
  }

  /// The child with these label values, made at first use.
  ///
  /// `values` has one value for each label name, in their order. Once the family has
  /// `metricChildrenMax` children, every further combination shares one child whose label values
  /// are all `other`.
  @inlinable
  public func with(_ values: String...) -> Child {
    if let child = children[values] { return child }
    return insert(values)
  }

  /// The one child of a family without labels, made at first use.
  @inlinable
  public var only: Child {
    if let unlabelled { return unlabelled }
    let child = insert([])
    unlabelled = child
    return child
  }

  @usableFromInline
  func insert(_ values: [String]) -> Child {
    precondition(
      values.count == labels.count,
      "\(name) has \(labels.count) labels and was given \(values.count) values.")
    let key =
      children.count < metricChildrenMax ? values : labels.map { _ in "other" }
    if let child = children[key] { return child }
    let child = makeChild()
    children[key] = child
    return child
  }
}

/// The most children one family keeps: label values may come from callers, and a caller who invents
/// names must not be able to fill the memory.
public let metricChildrenMax = 1_000
