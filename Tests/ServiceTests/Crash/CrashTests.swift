// The executable, killed under load: what it answered is kept, what it did not answer is not
// doubled, and what it shows afterwards is what the venue has. FKS_CRASH_ROUNDS sets how many
// rounds there are, FKS_CRASH_SEED where their seeds begin.

import Dispatch
import Glibc
import Testing

@Suite struct CrashTests {
  private static func number(_ name: String, or usual: UInt64) -> UInt64 {
    getenv(name).flatMap { UInt64(String(cString: $0)) } ?? usual
  }

  private static let seeds: Range<UInt64> = {
    let first = number("FKS_CRASH_SEED", or: 1)
    return first..<(first + number("FKS_CRASH_ROUNDS", or: 8))
  }()

  @Test(arguments: seeds)
  func `a service that is killed under load keeps its promises`(seed: UInt64) async throws {
    try await inWorld(seed) { world in
      try world.start()
      try world.load { try world.kill() }
      let verified = world.tool("verify")
      #expect(verified.status == 0, "seed \(seed): \(verified.output)")
      try world.start()
      try world.checkAll()
    }
  }

  @Test func `a service that is killed again and again keeps its promises`() async throws {
    try await inWorld(1_001) { world in
      for _ in 0..<3 {
        try world.start()
        try world.load { try world.kill() }
      }
      try world.start()
      try world.checkAll()
    }
  }

  @Test func `a service that is killed while it starts loses nothing`() async throws {
    try await inWorld(1_002) { world in
      try world.start()
      try world.load { try world.kill() }
      for _ in 0..<6 { world.killInStart() }
      try world.start()
      try world.checkAll()
    }
  }

  @Test func `a stop under load loses nothing and ends in order`() async throws {
    try await inWorld(1_003) { world in
      for _ in 0..<2 {
        try world.start()
        try world.load { try world.stop() }
      }
      try world.start()
      try world.checkAll()
    }
  }

  /// More at once would only wait for each other's processor.
  private static let roomForThree = DispatchSemaphore(value: 3)

  /// Runs a world on a thread of its own, because it waits for processes and sockets.
  private func inWorld(
    _ seed: UInt64, _ body: @escaping @Sendable (CrashWorld) throws -> Void
  ) async throws {
    let result = await withCheckedContinuation { continuation in
      DispatchQueue(label: "crash").async {
        CrashTests.roomForThree.wait()
        defer { CrashTests.roomForThree.signal() }
        continuation.resume(
          returning: Result {
            let world = try CrashWorld(seed: seed)
            do { try body(world) } catch { throw world.failure("\(error)") }
          })
      }
    }
    try result.get()
  }
}
