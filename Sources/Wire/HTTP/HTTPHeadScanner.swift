// The syntax of a head, byte by byte: request or status line, field names, field values, line ends.
// It does not know what a field means; `HTTPHeadRules` and `HTTPResponseHead` judge a whole head.
// The rule to keep: every decision depends on the bytes before it only, never on how they were cut
// into pieces, so a head gives the same result whole and byte by byte.

struct HTTPHeadScanner {
  enum FirstLine {
    case request
    case status
  }

  enum Step {
    case needsMoreBytes
    case complete
    case failure(HTTPFailure)
  }

  private enum State {
    case start
    case startLineFeed
    case method
    case target
    case version
    case status
    case lineFeed
    case lineStart
    case name
    case valueStart
    case value
    case endLineFeed
  }

  private let firstLine: FirstLine

  /// The bytes of the head so far, from the first line to the last empty line.
  private(set) var head: [UInt8] = []
  private(set) var fields: [HTTPField] = []
  private(set) var methodEnd = 0
  private(set) var targetEnd = 0
  /// The two digits of the version, once it is complete.
  private(set) var version: (major: UInt8, minor: UInt8) = (0, 0)
  /// The three digits of the status code, once they are complete.
  private(set) var status = 0

  private var state = State.start
  private var hasSkippedEmptyLine = false
  private var nameStart = 0
  private var nameEnd = 0
  private var valueStart = 0
  private var valueEnd = 0

  init(_ firstLine: FirstLine = .request) { self.firstLine = firstLine }

  /// Whether a byte of a head has come; one empty line before it does not count.
  var hasBegun: Bool { !head.isEmpty }

  /// Reads from an offset to the end of the head or of the bytes, and moves the offset there.
  mutating func scan(
    _ bytes: Span<UInt8>, from offset: inout Int, limits: HTTPLimits
  ) -> Step {
    var segment = offset
    // What a head position is, for a position in these bytes.
    var base = head.count - segment
    var failure: HTTPFailure?
    var isComplete = false
    scanning: while offset < bytes.count {
      let byte = bytes[offset]
      switch state {
      case .start:
        // One empty line before a request is skipped (RFC 9112 section 2.2).
        if byte == 0x0D, !hasSkippedEmptyLine, firstLine == .request {
          state = .startLineFeed
        } else {
          segment = offset
          base = -segment
          state = firstLine == .request ? .method : .status
          continue scanning
        }
      case .startLineFeed:
        guard byte == 0x0A else {
          failure = .badLineEnd
          break scanning
        }
        hasSkippedEmptyLine = true
        segment = offset + 1
        state = .start
      case .method:
        failure = method(byte, at: base + offset, limits)
      case .target:
        failure = target(bytes, from: &offset, base: base, limits)
      case .version:
        failure = version(byte, at: base + offset - targetEnd - 1)
      case .status:
        failure = statusLine(byte, at: base + offset, limits)
      case .lineFeed:
        failure = lineFeed(byte)
      case .lineStart:
        failure = lineStart(byte, at: base + offset, limits)
      case .name:
        failure = name(bytes, from: &offset, base: base, limits)
      case .valueStart, .value:
        failure = value(bytes, from: &offset, base: base, limits)
      case .endLineFeed:
        failure = byte == 0x0A ? nil : .badLineEnd
        isComplete = failure == nil
      }
      if failure != nil { break }
      offset &+= 1
      if isComplete { break }
    }
    if state != .start, state != .startLineFeed { append(bytes.extracting(segment..<offset)) }
    if let failure { return .failure(failure) }
    return isComplete ? .complete : .needsMoreBytes
  }

  private mutating func append(_ segment: Span<UInt8>) {
    segment.withUnsafeBufferPointer { head.append(contentsOf: $0) }
  }

  private mutating func method(
    _ byte: UInt8, at position: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    if byte == 0x20, position > 0 {
      methodEnd = position
      state = .target
      return nil
    }
    guard HTTPGrammar.isToken(byte), position < limits.methodBytesMax else {
      return .badRequestLine
    }
    return nil
  }

  private mutating func target(
    _ bytes: Span<UInt8>, from offset: inout Int, base: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard HTTPGrammar.isTarget(byte) else {
        guard byte == 0x20, base + offset > methodEnd + 1 else {
          return byte > 0x20 && byte != 0x7F ? .badTarget : .badRequestLine
        }
        targetEnd = base + offset
        state = .version
        return nil
      }
      guard base + offset < limits.requestLineBytesMax else { return .targetTooLong }
      offset &+= 1
    }
    // The caller moves on by one.
    offset &-= 1
    return nil
  }

  /// `HTTP/` digit `.` digit CR, in exactly that case (RFC 9112 section 2.3).
  private mutating func version(_ byte: UInt8, at position: Int) -> HTTPFailure? {
    let literal: StaticString = "HTTP/1.1\r"
    switch position {
    case 5 where isDigit(byte): version.major = byte - UInt8(ascii: "0")
    case 7 where isDigit(byte): version.minor = byte - UInt8(ascii: "0")
    case 0...8 where byte == literal.utf8Start[position]: break
    default: return .badRequestLine
    }
    if position == 8 { state = .lineFeed }
    return nil
  }

  /// `HTTP/` digit `.` digit space, three digits, space, any text, CR (RFC 9112 section 4). Servers
  /// that give no reason leave out the second space as well.
  private mutating func statusLine(
    _ byte: UInt8, at position: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    let literal: StaticString = "HTTP/1.1 "
    switch position {
    case 5 where isDigit(byte): version.major = byte - UInt8(ascii: "0")
    case 7 where isDigit(byte): version.minor = byte - UInt8(ascii: "0")
    case 0...8 where byte == literal.utf8Start[position]: break
    case 9 where byte == UInt8(ascii: "0"): return .badStatusLine
    case 9...11 where isDigit(byte): status = status * 10 + Int(byte - UInt8(ascii: "0"))
    case 0...11: return .badStatusLine
    case _ where byte == 0x0D: state = .lineFeed
    case 12 where byte != 0x20: return .badStatusLine
    default:
      guard HTTPGrammar.isFieldValue(byte) else { return .badStatusLine }
      guard position < limits.headBytesMax else { return .headTooLarge }
    }
    return nil
  }

  private mutating func lineFeed(_ byte: UInt8) -> HTTPFailure? {
    guard byte == 0x0A else { return .badLineEnd }
    state = .lineStart
    return nil
  }

  private mutating func lineStart(
    _ byte: UInt8, at position: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    if byte == 0x0D {
      state = .endLineFeed
      return nil
    }
    if HTTPGrammar.isBlank(byte) { return .foldedHeader }
    guard HTTPGrammar.isToken(byte) else { return byte == 0x0A ? .badLineEnd : .badHeader }
    guard fields.count < limits.headerFieldsMax, position < limits.headBytesMax else {
      return .headTooLarge
    }
    // Most requests have fewer fields: one allocation holds them.
    if fields.isEmpty { fields.reserveCapacity(8) }
    nameStart = position
    state = .name
    return nil
  }

  private mutating func name(
    _ bytes: Span<UInt8>, from offset: inout Int, base: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard HTTPGrammar.isToken(byte) else {
        // White space before the colon is refused (RFC 9112 section 5.1).
        guard byte == UInt8(ascii: ":") else { return .badHeader }
        nameEnd = base + offset
        state = .valueStart
        return nil
      }
      guard base + offset < limits.headBytesMax else { return .headTooLarge }
      offset &+= 1
    }
    offset &-= 1
    return nil
  }

  private mutating func value(
    _ bytes: Span<UInt8>, from offset: inout Int, base: Int, _ limits: HTTPLimits
  ) -> HTTPFailure? {
    while offset < bytes.count {
      let byte = bytes[offset]
      let position = base + offset
      guard HTTPGrammar.isFieldValue(byte) else { return valueEnd(byte, at: position) }
      guard position < limits.headBytesMax else { return .headTooLarge }
      if !HTTPGrammar.isBlank(byte) {
        if state == .valueStart {
          valueStart = position
          state = .value
        }
        valueEnd = position + 1
      }
      offset &+= 1
    }
    offset &-= 1
    return nil
  }

  private mutating func valueEnd(_ byte: UInt8, at position: Int) -> HTTPFailure? {
    guard byte == 0x0D else { return byte == 0x0A ? .badLineEnd : .badHeader }
    if state == .valueStart { (valueStart, valueEnd) = (position, position) }
    fields.append(HTTPField(name: nameStart..<nameEnd, value: valueStart..<valueEnd))
    state = .lineFeed
    return nil
  }
}
