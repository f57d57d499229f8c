// A program beside the tests that speaks in lines: the example of docs/PLUGINS.md, or the bridge to
// ccxt. The rule to keep: it ends when its input does, and so with the tests, however they end.

internal import Dispatch
internal import FoundationEssentials
internal import Glibc

/// A program that could not be used.
public struct ChildFailure: Error {
  /// It could not.
  public init() {}
}

/// A running program.
public final class ChildProcess: Sendable {
  private let pid: pid_t
  private let input: Int32
  private let output: Int32

  /// Starts a program, which has to end with its input, in an environment of its own.
  public init(_ arguments: [String], environment: [String: String] = [:]) throws {
    var pipes: [Int32] = [0, 0, 0, 0]
    for pair in [0, 2] {
      let isMade = pipes.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { pipe($0 + pair) == 0 } ?? false
      }
      guard isMade else { throw ChildFailure() }
    }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[0], 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[3], 1)
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let variables = environment.merging(["PATH": path]) { given, _ in given }
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, arguments[0], &actions, nil, &argv, &envp)
    close(pipes[0])
    close(pipes[3])
    (self.pid, input, output) = (pid, pipes[1], pipes[2])
    guard status == 0 else { throw ChildFailure() }
  }

  /// Starts a program that does not look at its input: it is killed when that ends.
  public static func killable(
    _ command: String, environment: [String: String]
  ) throws -> ChildProcess {
    try ChildProcess(
      ["sh", "-c", "\(command) & read line; kill -9 $!"], environment: environment)
  }

  deinit {
    close(input)
    close(output)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Tells it a line.
  public func write(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = Glibc.write(input, bytes, bytes.count)
  }

  /// Its next line, without holding up the loop; nil at its end.
  public func line() async -> String? {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: self.read()) }
    }
  }

  /// Its next line; nil at its end.
  public func read() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while Glibc.read(output, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

/// The plugin that docs/PLUGINS.md shows whole.
public enum ExamplePlugin {
  /// Where the project is.
  public static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

  /// Its lines.
  public static let lines: [Substring] = {
    let page = (try? String(contentsOfFile: "\(root)/docs/PLUGINS.md", encoding: .utf8)) ?? ""
    let lines = page.split(separator: "\n" as Character, omittingEmptySubsequences: false)
    return Array(lines.drop { $0 != "```python" }.dropFirst().prefix { $0 != "```" })
  }()

  /// Starts it in a directory; its first line is its port, a free one for 0.
  public static func start(
    in directory: String, port: UInt16 = 0, secret: String
  ) throws -> ChildProcess {
    let path = "\(directory)/example.py"
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return try .killable(
      "python3 \(path) \(port) 2> /dev/null", environment: ["HTTP_PLUGIN_SECRET": secret])
  }
}

/// The bridge of config/bridges/ccxt, where it was set up.
public enum CCXTBridge {
  /// Where it is.
  public static let directory = "\(ExamplePlugin.root)/config/bridges/ccxt"
  private static let environment = "\(ExamplePlugin.root)/.build/ccxt-bridge"
  /// The Python that has what it needs.
  public static let python = "\(environment)/bin/python"
  /// Whether it can be started; `make test` sees to that.
  public static let isThere = FileManager.default.fileExists(atPath: "\(environment)/ready")
}
