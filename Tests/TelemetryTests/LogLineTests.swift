// The time stamp of a log line against the C library's calendar.

import Glibc
import Testing

@testable import Telemetry

@Suite struct LogLineTests {
  @Test func `a time stamp agrees with the C library, 1970 to 2100`() {
    for day in 0..<47_482 as Range<time_t> {
      // Each day at another second, the first and the last among them.
      var moment = day * 86_400 + day * 7_919 % 86_400
      var parts = tm()
      gmtime_r(&moment, &parts)
      var buffer = [CChar](repeating: 0, count: 32)
      let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S.007Z", &parts)
      let stamp = buffer[..<length].map { UInt8(bitPattern: $0) }
      let line = LogLine.encode(
        microseconds: Int64(moment) * 1_000_000 + 7_999, level: .info, message: "", fields: [])
      let expected =
        Array("{\"time\":\"".utf8) + stamp + Array("\",\"level\":\"info\",\"message\":\"\"}\n".utf8)
      #expect(line == expected, "day \(day)")
    }
  }
}
