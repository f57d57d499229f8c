// The breaker of one venue.

import Testing
import Trading

@testable import Simulation

private let configuration = CircuitBreaker.Configuration(
  threshold: 3, openMilliseconds: 10_000, probesMax: 2)

private func openBreaker() -> CircuitBreaker {
  var breaker = CircuitBreaker(configuration)
  for _ in 0..<3 { breaker.failed(at: start) }
  return breaker
}

private let later = start.adding(milliseconds: 10_000)

@Suite struct CircuitBreakerTests {
  @Test func `so many faults in a row open it`() {
    var breaker = CircuitBreaker(configuration)
    breaker.failed(at: start)
    breaker.failed(at: start)
    #expect(breaker.state == .closed(faults: 2))
    breaker.failed(at: start)
    #expect(breaker.state == .open(until: later))
  }

  @Test func `an answer in between starts the count anew`() {
    var breaker = CircuitBreaker(configuration)
    for _ in 0..<10 {
      breaker.failed(at: start)
      breaker.failed(at: start)
      breaker.answered()
    }
    #expect(breaker.state == .closed(faults: 0))
  }

  @Test func `while it is open it tells how long to wait`() {
    var breaker = openBreaker()
    #expect(breaker.admit(at: start) == 10_000)
    #expect(breaker.admit(at: start.adding(milliseconds: 9_999)) == 1)
    #expect(breaker.admit(at: later) == nil)
  }

  @Test func `after the open time a few probes pass and no more`() {
    var breaker = openBreaker()
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) == 1_000)
    #expect(breaker.state == .halfOpen(probes: 2))
  }

  @Test func `one answered probe closes it and one silent one opens it again`() {
    var answered = openBreaker()
    _ = answered.admit(at: later)
    answered.answered()
    #expect(answered.state == .closed(faults: 0))
    var silent = openBreaker()
    _ = silent.admit(at: later)
    silent.failed(at: later)
    #expect(silent.state == .open(until: later.adding(milliseconds: 10_000)))
  }

  @Test func `an answer to an order from before does not close an open one`() {
    var breaker = openBreaker()
    breaker.answered()
    #expect(breaker.state == .open(until: later))
  }

  @Test func `a probe that was not sent after all gives its place back`() {
    var breaker = openBreaker()
    _ = breaker.admit(at: later)
    _ = breaker.admit(at: later)
    breaker.abandoned()
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) != nil)
  }
}
