// Moments as RFC 3339 text in UTC, with microseconds. Calendar arithmetic after Howard Hinnant's
// "chrono-compatible low-level date algorithms": the core must not call the C library for it.

extension Timestamp {
  /// Such as `2026-11-21T09:05:00.000123Z`.
  public var text: String {
    let seconds = microseconds.floorDivided(by: 1_000_000)
    let fraction = Int(microseconds - seconds * 1_000_000)
    let day = seconds.floorDivided(by: 86_400)
    let second = Int(seconds - day * 86_400)
    let (year, month, date) = Timestamp.civil(day)
    return String(unsafeUninitializedCapacity: 27) { buffer in
      var end = 0
      func put(_ value: Int, digits: Int, then separator: Character) {
        var value = value
        for index in stride(from: end + digits - 1, through: end, by: -1) {
          buffer[index] = UInt8(ascii: "0") + UInt8(value % 10)
          value /= 10
        }
        buffer[end + digits] = separator.asciiValue ?? 0
        end += digits + 1
      }
      put(year, digits: 4, then: "-")
      put(month, digits: 2, then: "-")
      put(date, digits: 2, then: "T")
      put(second / 3_600, digits: 2, then: ":")
      put(second / 60 % 60, digits: 2, then: ":")
      put(second % 60, digits: 2, then: ".")
      put(fraction, digits: 6, then: "Z")
      return end
    }
  }

  /// Reads RFC 3339 in UTC (`…Z` or `+00:00`), or a Unix time in seconds, or in milliseconds from
  /// 10^11 on.
  public init?(text: String) {
    if let number = Int64(text) {
      guard number >= 0, number < 100_000_000_000_000 else { return nil }
      let milliseconds = number >= 100_000_000_000 ? number : number * 1_000
      self.init(microseconds: milliseconds * 1_000)
      return
    }
    var bytes = Array(text.utf8)
    if bytes.suffix(6).elementsEqual("+00:00".utf8) {
      bytes.removeLast(6)
    } else if bytes.last == UInt8(ascii: "Z") {
      bytes.removeLast()
    } else {
      return nil
    }
    guard bytes.count >= 19, bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == 0x20,
      let year = Timestamp.number(bytes[0..<4]), bytes[4] == UInt8(ascii: "-"),
      let month = Timestamp.number(bytes[5..<7]), bytes[7] == UInt8(ascii: "-"),
      let date = Timestamp.number(bytes[8..<10]), let hour = Timestamp.number(bytes[11..<13]),
      bytes[13] == UInt8(ascii: ":"), let minute = Timestamp.number(bytes[14..<16]),
      bytes[16] == UInt8(ascii: ":"), let second = Timestamp.number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(date), hour < 24, minute < 60, second < 60,
      let fraction = Timestamp.fraction(bytes[19...])
    else { return nil }
    let days = Timestamp.days(year, month, date)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard digit &- 0x30 < 10 else { return nil }
      value = value * 10 + Int64(digit - 0x30)
    }
    return value
  }

  /// Microseconds of `.123` and the like; further digits are cut off.
  private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let point = bytes.first else { return 0 }
    guard point == UInt8(ascii: "."), bytes.count >= 2, number(bytes.dropFirst()) != nil else {
      return nil
    }
    let digits = bytes.dropFirst().prefix(6)
    let padding = [UInt8](repeating: 0x30, count: 6 - digits.count)
    return number((Array(digits) + padding)[...])
  }

  private static func civil(_ day: Int64) -> (year: Int, month: Int, date: Int) {
    let shifted = day + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(date))
  }

  private static func days(_ year: Int64, _ month: Int64, _ date: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year.floorDivided(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

extension Int64 {
  /// The quotient rounded down, also for negative numbers. `divisor` is above nothing.
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
