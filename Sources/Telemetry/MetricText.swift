// The Prometheus text format 0.0.4, written from families and their children. It holds no state
// between renderings. The rule to keep: whatever a label value holds, a line stays one line.

/// The bytes of one rendering.
struct MetricText {
  private(set) var bytes: [UInt8] = []

  init() {
    // A service like ours renders 20 to 60 KB: one allocation instead of a dozen doublings.
    bytes.reserveCapacity(64 << 10)
  }

  mutating func header(name: String, help: String, type: StaticString) {
    append("# HELP \(name) ")
    for byte in help.utf8 { appendEscaped(byte, quoting: false) }
    append("\n# TYPE \(name) \(type)\n")
  }

  /// One line: the name, the label pairs already in their text form, and the value.
  mutating func sample(_ name: String, suffix: String = "", pairs: [UInt8], _ value: Double) {
    append(name)
    append(suffix)
    if !pairs.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes += pairs
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    append(Self.number(value))
    bytes.append(UInt8(ascii: "\n"))
  }

  /// `a="1",b="2"`, with the values escaped.
  static func pairs(_ labels: [String], _ values: [String]) -> [UInt8] {
    var text = MetricText(bytes: [])
    for (label, value) in zip(labels, values) {
      if !text.bytes.isEmpty { text.bytes.append(UInt8(ascii: ",")) }
      text.append(label)
      text.append("=\"")
      for byte in value.utf8 { text.appendEscaped(byte, quoting: true) }
      text.bytes.append(UInt8(ascii: "\""))
    }
    return text.bytes
  }

  /// The shortest text that reads back as the same value; whole numbers without a fraction, as
  /// Prometheus itself writes the bounds of buckets.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
    return value.description
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private mutating func append(_ text: String) {
    bytes += text.utf8
  }

  private mutating func appendEscaped(_ byte: UInt8, quoting: Bool) {
    switch byte {
    case UInt8(ascii: "\n"): append("\\n")
    case UInt8(ascii: "\\"): append("\\\\")
    case UInt8(ascii: "\"") where quoting: append("\\\"")
    default: bytes.append(byte)
    }
  }
}

/// A child that knows its type's name and can write its samples.
protocol RenderedChild: AnyObject {
  static var typeName: StaticString { get }
  func render(_ name: String, pairs: [UInt8], into text: inout MetricText)
}

/// A family as the registry sees it, whatever its children are.
protocol RenderedFamily: AnyObject {
  func render(into text: inout MetricText)
}

extension MetricFamily: RenderedFamily where Child: RenderedChild {
  func render(into text: inout MetricText) {
    guard !children.isEmpty else { return }
    text.header(name: name, help: help, type: Child.typeName)
    let ordered = children.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    for (values, child) in ordered {
      child.render(name, pairs: MetricText.pairs(labels, values), into: &text)
    }
  }
}

extension Counter: RenderedChild {
  static let typeName: StaticString = "counter"

  func render(_ name: String, pairs: [UInt8], into text: inout MetricText) {
    text.sample(name, pairs: pairs, value)
  }
}

extension Gauge: RenderedChild {
  static let typeName: StaticString = "gauge"

  func render(_ name: String, pairs: [UInt8], into text: inout MetricText) {
    text.sample(name, pairs: pairs, value)
  }
}

extension Histogram: RenderedChild {
  static let typeName: StaticString = "histogram"

  func render(_ name: String, pairs: [UInt8], into text: inout MetricText) {
    let separator: [UInt8] = pairs.isEmpty ? [] : [UInt8(ascii: ",")]
    var cumulative = 0
    for (index, bucketCount) in bucketCounts.enumerated() {
      cumulative += bucketCount
      let bound = index < bounds.count ? bounds[index] : .infinity
      let bucketPairs = pairs + separator + MetricText.pairs(["le"], [MetricText.number(bound)])
      text.sample(name, suffix: "_bucket", pairs: bucketPairs, Double(cumulative))
    }
    text.sample(name, suffix: "_sum", pairs: pairs, sum)
    text.sample(name, suffix: "_count", pairs: pairs, Double(count))
  }
}
