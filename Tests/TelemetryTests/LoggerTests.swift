// What a logger writes, and that a slow reader costs lines but never the caller's time. Each test
// logs into a pipe of its own.

import Glibc
import Telemetry
import Testing

/// A pipe whose reading end belongs to the test.
private struct LogPipe {
  let reader: Int32
  let writer: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    (reader, writer) = (ends[0], ends[1])
  }

  /// Reads until the text has `count` lines.
  func readLines(_ count: Int) -> [String] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count(where: { $0 == 10 }) < count {
      let got = read(reader, &chunk, chunk.count)
      guard got > 0 else { break }
      bytes += chunk[..<got]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

@Suite struct LoggerTests {
  @Test func `a line is one JSON object with time, level, message and the fields`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    logger.info("The service is ready.", [("port", "8004"), ("mode", "paper")])
    let line = try #require(pipe.readLines(1).first)
    let time = /\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",/
    #expect(line.prefixMatch(of: time) != nil)
    #expect(
      line.hasSuffix(
        #""level":"info","message":"The service is ready.","port":"8004","mode":"paper"}"#))
  }

  @Test func `quotes, line feeds and control characters stay inside their string`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    logger.error("a\"b\\c\nd\u{1}", [("né", "\t\u{1F}é")])
    let line = try #require(pipe.readLines(1).first)
    #expect(line.hasSuffix(#""message":"a\"b\\c\nd\u0001","né":"\t\u001fé"}"#))
  }

  @Test func `a message below the level is not even built`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .warning, sink: LogSink(descriptor: pipe.writer))
    var built = 0
    func message() -> String {
      built += 1
      return "seen"
    }
    logger.debug(message())
    logger.info(message())
    logger.warning(message())
    let lines = pipe.readLines(1)
    #expect(built == 1)
    #expect(lines.count == 1)
    #expect(lines[0].contains(#""level":"warning""#))
  }

  @Test func `flush returns when the lines are written`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    for number in 0..<100 { logger.info("line \(number)") }
    logger.flush()
    var waiting: Int32 = 0
    #expect(ioctl(pipe.reader, UInt(FIONREAD), &waiting) == 0)
    let lines = pipe.readLines(100)
    #expect(lines.count == 100)
    #expect(lines.map(\.utf8.count).reduce(0) { $0 + $1 + 1 } == Int(waiting))
  }

  @Test func `lines of one thread keep their order`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    for number in 0..<2_000 { logger.info("line", [("number", String(number))]) }
    let lines = pipe.readLines(2_000)
    for (number, line) in lines.enumerated() {
      #expect(line.hasSuffix(#""number":"\#(number)"}"#))
    }
  }

  @Test func `with nobody reading, the caller goes on and dropped lines are counted and reported`()
    throws
  {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    let long = String(repeating: "x", count: 1_000)
    for _ in 0..<4_000 { logger.info(long) }
    let dropped = logger.droppedLineCount
    #expect(dropped > 1_000)
    let lines = pipe.readLines(4_000 - dropped + 1)
    #expect(lines.count == 4_000 - dropped + 1)
    #expect(lines.contains { $0.hasSuffix(#""dropped":"\#(dropped)"}"#) })
  }

  @Test func `a reader that went away ends nothing`() throws {
    let pipe = try LogPipe()
    let logger = Logger(level: .info, sink: LogSink(descriptor: pipe.writer))
    close(pipe.reader)
    logger.info("into the void")
    logger.flush()
    logger.info("again")
    logger.flush()
  }
}
