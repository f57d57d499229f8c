// Order ids: version 7 UUIDs that survive their text form and always grow.

import Testing
import Trading

@testable import Simulation

@Suite struct OrderIDTests {
  @Test func `an id is a UUID of version 7 and the RFC's variant`() {
    let id = OrderID(milliseconds: 0x017F_22E2_79B0, counter: 0x0CC3, random: 0x18C4_DC0C_0C07_398F)
    #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(id.milliseconds == 0x017F_22E2_79B0)
  }

  @Test(arguments: 0..<100)
  func `an id is read from its own text in either case`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let id = OrderID(value: UInt128(random.next()) << 64 | UInt128(random.next()))
    #expect(OrderID(text: id.description) == id, "seed \(seed)")
    #expect(OrderID(text: id.description.uppercased()) == id, "seed \(seed)")
  }

  @Test(arguments: [
    "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
    "017f22e2079b0-7cc3-98c4-dc0c0c07398f", "g17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    "017f22e279b07cc398c4dc0c0c07398f",
  ])
  func `what is not a UUID is refused`(text: String) {
    #expect(OrderID(text: text) == nil)
  }

  @Test(arguments: 0..<50)
  func `ids grow although the clock stands still or goes back`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var sequence = OrderIDSequence()
    var now = start
    var last = sequence.next(at: now, random: random.next())
    for _ in 0..<10_000 {
      if random.chance(20) { now = now.adding(milliseconds: Int64(random.number(-5_000...5))) }
      let next = sequence.next(at: now, random: random.next())
      #expect(next > last, "seed \(seed)")
      last = next
    }
  }

  @Test func `a new sequence starts above the newest id that was ever given`() {
    var old = OrderIDSequence()
    var last = old.next(at: start, random: .max)
    for _ in 0..<5_000 { last = old.next(at: start, random: .max) }
    var new = OrderIDSequence(after: last)
    #expect(new.next(at: start.adding(milliseconds: -60_000), random: 0) > last)
  }
}
