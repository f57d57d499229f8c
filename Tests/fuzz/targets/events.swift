// The journal's events. Text: what decodes, encodes to a text that decodes to the same. Choices:
// the input's bytes decide about events, whose text must decode to exactly them. The generators
// of the storage tests are compiled with this file.

import Storage
import Trading

@testable import enum Storage.EventCodec

/// The tests' generators draw from the input instead of from a seed.
typealias SeededGenerator = Choices

func check(_ input: [UInt8]) {
  if let events = EventCodec.decode(input) {
    let text = EventCodec.encode(events)
    promise(EventCodec.decode(text) == events, "\(events) is lost")
    promise(EventCodec.encode(EventCodec.decode(text) ?? []) == text, "\(events) has two texts")
  }
  var choices = Choices(input)
  var events: [OrderEvent] = []
  for unique in 0..<choices.number(0...3) {
    if let event = choices.event(choices.pick(eventNames), unique: unique) { events.append(event) }
  }
  promise(EventCodec.decode(EventCodec.encode(events)) == events, "\(events) is lost")
}
