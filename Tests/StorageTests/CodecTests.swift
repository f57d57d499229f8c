// Every event survives the journal's text.

import Testing
import Trading

@testable import Storage

@Suite struct CodecTests {
  @Test(arguments: eventNames) func `an event reads back as it was written`(name: String) {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let event = valid(random.event(name, unique: Int(seed)), name)
      #expect(event.name == name)
      #expect(EventCodec.decode(EventCodec.encode([event])) == [event], "seed \(seed)")
    }
  }

  @Test func `an entry keeps the order of its events`() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let events = (0..<5).compactMap { random.event(random.pick(eventNames), unique: $0) }
      #expect(EventCodec.decode(EventCodec.encode(events)) == events, "seed \(seed)")
    }
  }

  @Test func `the text of an event is the same every time`() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let event = valid(random.event(random.pick(eventNames), unique: 1), "event")
      let text = EventCodec.encode([event])
      #expect(EventCodec.decode(text).map { EventCodec.encode($0) } == text, "seed \(seed)")
    }
  }

  @Test(arguments: [
    "", "null", "[]", "{}", #"{"events":[{}]}"#, #"{"events":[{"event":"sold"}]}"#,
    #"{"events":[{"event":"filled","trade_id":"T"}]}"#,
    #"{"events":[{"event":"received","account":"mock"}]}"#,
    #"{"events":[{"event":"settled"}]}x"#,
  ])
  func `a text that is no entry is refused`(text: String) {
    #expect(EventCodec.decode(Array(text.utf8)) == nil)
  }
}
