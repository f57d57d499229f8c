// One log line as bytes: a JSON object (RFC 8259) that ends in a line feed. It reads no clock. The
// rule to keep: whatever a message holds, the line is valid JSON and has exactly one line feed.

enum LogLine {
  /// Encodes one line. `microseconds` is the time since 1970 UTC. A field may not be called `time`,
  /// `level` or `message`, since readers keep only one value for a name.
  static func encode(
    microseconds: Int64, level: LogLevel, message: String, fields: [(String, String)]
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(160 + message.utf8.count)
    line += "{\"time\":\"".utf8
    appendTime(microseconds, to: &line)
    line += "\",\"level\":\"\(level)\",\"message\":".utf8
    appendString(message, to: &line)
    for (name, value) in fields {
      line.append(UInt8(ascii: ","))
      appendString(name, to: &line)
      line.append(UInt8(ascii: ":"))
      appendString(value, to: &line)
    }
    line += "}\n".utf8
    return line
  }

  /// RFC 3339 in UTC with milliseconds. Days become a date by Hinnant's civil_from_days, with years
  /// that begin in March so that the leap day is the last of them.
  private static func appendTime(_ microseconds: Int64, to line: inout [UInt8]) {
    let milliseconds = Int(microseconds / 1_000)
    let (days, millisecondsOfDay) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    appendDigits(year, 4, to: &line)
    line.append(UInt8(ascii: "-"))
    appendDigits(month, 2, to: &line)
    line.append(UInt8(ascii: "-"))
    appendDigits(dayOfYear - (153 * marchMonth + 2) / 5 + 1, 2, to: &line)
    line.append(UInt8(ascii: "T"))
    appendDigits(millisecondsOfDay / 3_600_000, 2, to: &line)
    line.append(UInt8(ascii: ":"))
    appendDigits(millisecondsOfDay / 60_000 % 60, 2, to: &line)
    line.append(UInt8(ascii: ":"))
    appendDigits(millisecondsOfDay / 1_000 % 60, 2, to: &line)
    line.append(UInt8(ascii: "."))
    appendDigits(millisecondsOfDay % 1_000, 3, to: &line)
    line.append(UInt8(ascii: "Z"))
  }

  private static func appendDigits(_ value: Int, _ width: Int, to line: inout [UInt8]) {
    var unit = 1
    for _ in 1..<width { unit *= 10 }
    while unit > 0 {
      line.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
      unit /= 10
    }
  }

  private static func appendString(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        line.append(UInt8(ascii: "\\"))
        line.append(byte)
      case UInt8(ascii: "\n"): line += "\\n".utf8
      case UInt8(ascii: "\r"): line += "\\r".utf8
      case UInt8(ascii: "\t"): line += "\\t".utf8
      case 0x00...0x1F, 0x7F:
        line += "\\u00".utf8
        line += String(byte >> 4, radix: 16).utf8
        line += String(byte & 0xF, radix: 16).utf8
      default: line.append(byte)
      }
    }
    line.append(UInt8(ascii: "\""))
  }
}
