// The built executable as a child process with a data directory of its own, for tests that speak
// to it as its callers do. The rule to keep: whatever a test does, its process ends with it, by its
// pid.

import Dispatch
import FoundationEssentials
import Glibc
import PostgreSQLServer
import Synchronization

/// Why a process could not be used.
struct ProcessFailure: Error, CustomStringConvertible {
  let description: String
}

/// A temporary directory that goes with its last user.
final class TestDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/fks-execution-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ProcessFailure(description: "No temporary directory can be made.")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A file's content; empty if there is none.
  func read(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) } ?? []
  }

  /// Writes a file, with the directories above it.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = "\(path)/\(name)"
    let parent = file.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: file, contents: Data(bytes)) else {
      throw ProcessFailure(description: "\(file) cannot be written.")
    }
  }
}

/// A running service.
final class ServiceProcess: Sendable {
  let port: UInt16
  let directory: TestDirectory
  private let pid: pid_t
  private let watchdog: Watchdog
  private let status = Mutex<Int32?>(nil)

  /// Settings under which no limit stands in a test's way.
  static let unlimited = [
    "MAX_ORDERS_PER_SECOND": "off", "MAX_ORDER_NOTIONAL": "off", "MAX_POSITION_NOTIONAL": "off",
    "MAX_OPEN_ORDERS": "off", "PRICE_COLLAR_PERCENT": "off",
  ]

  /// The executable lies beside the test bundle.
  static let executable: String = {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    let path = String(decoding: bytes, as: UTF8.self)
    return path.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/fks-execution"
  }()

  private init(pid: pid_t, port: UInt16, directory: TestDirectory) {
    self.pid = pid
    watchdog = Watchdog(of: pid, directory)
    self.port = port
    self.directory = directory
  }

  deinit { end(SIGKILL) }

  /// Starts the service and waits until it takes orders, or answers another path with 200.
  static func start(
    _ settings: [String: String] = [:], directory: TestDirectory? = nil,
    until path: String = "/ready"
  ) throws -> ServiceProcess {
    let directory = try directory ?? TestDirectory()
    var output = ""
    // The port was free a moment ago; another process may have been faster.
    for _ in 1...3 {
      let port = try freePort()
      let pid = try spawn(
        settings.merging(["SERVICE_PORT": "\(port)"]) { given, _ in given }, directory)
      let service = ServiceProcess(pid: pid, port: port, directory: directory)
      let isReady = eventually {
        service.hasEnded || (try? service.get(path).status) == 200
      }
      if isReady, !service.hasEnded { return service }
      output = service.output
      service.end(SIGKILL)
      guard output.contains("in use") else { break }
    }
    throw ProcessFailure(description: "The service did not become ready: \(output)")
  }

  /// Runs a service that is expected to refuse its start, and gives its exit status and output.
  static func refusedStart(
    _ settings: [String: String], directory: TestDirectory? = nil
  ) throws -> (status: Int32, output: String) {
    let directory = try directory ?? TestDirectory()
    let port = try freePort()
    let pid = try spawn(
      settings.merging(["SERVICE_PORT": "\(port)"]) { given, _ in given }, directory)
    let service = ServiceProcess(pid: pid, port: port, directory: directory)
    guard eventually({ service.hasEnded }) else {
      throw ProcessFailure(description: "It started: \(service.output)")
    }
    return (service.exitStatus ?? -1, service.output)
  }

  // MARK: Ending

  /// Whether the process is gone.
  var hasEnded: Bool { exitStatus != nil }

  /// What it exited with; 128 and the signal's number after a signal; nil while it runs.
  var exitStatus: Int32? {
    status.withLock { status in
      if let status { return status }
      var raw: Int32 = 0
      guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
      watchdog.dismiss()
      status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + raw & 0x7F
      return status
    }
  }

  func signal(_ number: Int32) {
    if !hasEnded { kill(pid, number) }
  }

  /// Sends a signal and waits for the end.
  func end(_ number: Int32) {
    signal(number)
    _ = eventually { hasEnded }
  }

  /// What it has written, log and complaints.
  var output: String {
    String(decoding: directory.read("output"), as: UTF8.self)
  }

  // MARK: Starting

  private static func spawn(_ settings: [String: String], _ directory: TestDirectory) throws
    -> pid_t
  {
    let path = directory.path
    // The project's own configuration file must not count.
    if directory.read("config.json5").isEmpty {
      try directory.write("config.json5", Array("{}".utf8))
    }
    var environment = [
      "DATABASE_URL": "sqlite:\(path)/data/execution.db", "LOG_LEVEL": "warning",
      "FKS_CONFIG": "\(path)/config.json5",
    ]
    // A sanitizer of the tests watches the service as well, and writes to the same place.
    for name in ["PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "TSAN_OPTIONS"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    environment.merge(settings) { _, given in given }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, path + "/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    // Its files lie in the working directory where the database is none.
    let words: [String] = ["sh", "-c", #"cd "$0" && exec "$1""#, path, executable]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let code = spawning.withLock { _ in
      posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, &variables)
    }
    guard code == 0 else {
      throw ProcessFailure(description: "\(executable): \(String(cString: strerror(code)))")
    }
    return pid
  }
}

/// Held while a process is started, so that no other inherits a pipe's end that is not its own.
private let spawning = Mutex(())

/// Ends a process and removes its directory once the tests are gone, in whatever way they went: a
/// shell that reads from a pipe which only the tests hold open.
private final class Watchdog: Sendable {
  private let pid: pid_t
  private let pipeEnd: Int32

  init(of process: pid_t, _ directory: TestDirectory) {
    let script = #"read line || { kill -9 "$0"; rm -rf "$1"; }"#
    (pid, pipeEnd) = spawning.withLock { _ in
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      defer { close(ends[0]) }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
      let words: [String] = ["sh", "-c", script, "\(process)", directory.path]
      var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
      var variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
      defer { for text in arguments + variables { free(text) } }
      var pid: pid_t = 0
      posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, &variables)
      return (pid, ends[1])
    }
  }

  /// Called once, when the process is gone.
  func dismiss() {
    _ = write(pipeEnd, "\n", 1)
    close(pipeEnd)
    waitpid(pid, nil, 0)
  }
}

/// Whether a condition comes true within a minute: a busy machine is slow, and who waits for what
/// comes waits no longer for that.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(60)
  while true {
    if try condition() { return true }
    guard clock.now < deadline else { return false }
    usleep(5_000)
  }
}

/// Runs on a thread of its own what waits for processes and sockets for long: the tests have few.
func apart(_ body: @escaping @Sendable () throws -> Void) async throws {
  let result = await withCheckedContinuation { continuation in
    DispatchQueue(label: "apart").async {
      continuation.resume(returning: Result(catching: body))
    }
  }
  try result.get()
}
