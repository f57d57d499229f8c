// The thread that writes log lines, and the bounded buffer in front of it. It does not know what a
// line holds. The rule to keep: `append` never waits for the descriptor, however slow its reader
// is; what does not fit is dropped and counted.

import Glibc
import Synchronization

/// Writes whole lines to one descriptor from a thread of its own.
final class LogWriter: Sendable {
  /// What may wait to be written: at the length of our lines some 5,000 of them, and an amount of
  /// memory that a small machine does not feel.
  static let bufferedBytesMax = 1 << 20

  /// How long `flush` waits for a reader that does not read: an exit must not hang on a full pipe.
  static let flushWaitMilliseconds = 1_000

  private struct State {
    var pending: [UInt8] = []
    var isWriting = false
    var droppedSinceReport = 0
    var droppedInAll = 0
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  /// Tells the thread that there is something to write; -1 if no pipe could be had.
  private let wakeReader: Int32
  private let wakeWriter: Int32

  init(sink: LogSink) {
    descriptor = sink.descriptor
    var ends: [Int32] = [-1, -1]
    let made = pipe(&ends) == 0
    precondition(made, "No descriptors are left for the log's pipe.")
    wakeReader = ends[0]
    wakeWriter = ends[1]
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    startThread()
  }

  var droppedLineCount: Int { state.withLock { $0.droppedInAll } }

  func append(_ line: [UInt8]) {
    let mustWake = state.withLock { state in
      guard state.pending.count + line.count <= Self.bufferedBytesMax else {
        state.droppedSinceReport += 1
        state.droppedInAll += 1
        return false
      }
      let wasIdle = state.pending.isEmpty && !state.isWriting
      state.pending += line
      return wasIdle
    }
    // At most one byte waits in the pipe for each batch, so this write cannot block.
    if mustWake { _ = write(wakeWriter, [1], 1) }
  }

  func flush() {
    for _ in 0..<Self.flushWaitMilliseconds {
      let isIdle = state.withLock { $0.pending.isEmpty && !$0.isWriting }
      if isIdle { return }
      usleep(1_000)
    }
  }

  /// The thread takes no signals: they are for the thread that waits for them. A closed reader then
  /// shows as a failed write instead of ending the process.
  private func startThread() {
    var everySignal = sigset_t()
    var before = sigset_t()
    sigfillset(&everySignal)
    pthread_sigmask(SIG_SETMASK, &everySignal, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<LogWriter>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(result == 0, "No thread could be started for the log.")
    pthread_detach(thread)
  }

  private func run() {
    var byte: UInt8 = 0
    while true {
      let count = read(wakeReader, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return }
      while let batch = takeBatch() { writeAll(batch) }
    }
  }

  /// What waits to be written, or nil when the thread may rest.
  private func takeBatch() -> [UInt8]? {
    let (batch, dropped) = state.withLock { state in
      let taken = (state.pending, state.droppedSinceReport)
      state.pending = []
      state.droppedSinceReport = 0
      state.isWriting = !taken.0.isEmpty
      return taken
    }
    guard !batch.isEmpty else { return nil }
    guard dropped > 0 else { return batch }
    let report = LogLine.encode(
      microseconds: Logger.wallClockMicroseconds(), level: .warning,
      message: "Log lines were dropped because their reader is too slow.",
      fields: [("dropped", String(dropped))])
    return batch + report
  }

  private func writeAll(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&waiting, 1, -1)
        } else if errno != EINTR {
          // Nobody reads the log any more, and there is no other place to say so.
          return
        }
      }
    }
  }
}
