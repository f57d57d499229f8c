// A PostgreSQL server of the tests' own: a new cluster in a temporary directory on a free port,
// which tests may stop and kill as they like. It and its directory are gone when the tests are.

internal import FoundationEssentials
internal import Glibc
public import PostgreSQL
internal import SQL
internal import Synchronization

/// Why there is no server.
public struct ServerFailure: Error, CustomStringConvertible {
  /// What happened.
  public let description: String
}

/// A cluster, with its server while that runs.
public final class PostgreSQLServer: Sendable {
  /// The server of all tests of a process that do not kill it.
  public static let shared = Result { try PostgreSQLServer() }

  /// The user of every address, who may do everything.
  public static let user = "fks"
  /// The password of every address; no log and no error may have it.
  public static let password = "s3cret-of-the-tests"

  /// The port that it listens on.
  public let port: UInt16
  private let directory: String
  private let keeper: Keeper
  private let databases = Mutex(0)

  /// Makes a cluster and starts its server.
  public convenience init() throws {
    try self.init(cluster: ())
    try Data(PostgreSQLServer.password.utf8).write(to: URL(filePath: directory + "/password"))
    if getuid() == 0 { chown(directory + "/password", Unprivileged.id, Unprivileged.id) }
    try run([
      "initdb", "--pgdata", data, "--username", PostgreSQLServer.user, "--encoding", "UTF8",
      "--locale", "C", "--auth", "scram-sha-256", "--pwfile", directory + "/password",
      "--no-sync",
    ])
    try start()
  }

  /// In memory where there is room: what servers write and delete would slow the other tests.
  private static var parent: String {
    var space = statvfs()
    guard statvfs("/dev/shm", &space) == 0, access("/dev/shm", W_OK) == 0 else { return "/tmp" }
    return UInt64(space.f_bavail) * UInt64(space.f_frsize) >= inMemoryBytesMin ? "/dev/shm" : "/tmp"
  }

  /// What the clusters of a whole run take, and as much again.
  private static let inMemoryBytesMin: UInt64 = 2 << 30

  /// A server without a cluster.
  private init(cluster: Void) throws {
    var template = Array("\(PostgreSQLServer.parent)/fks-postgres-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ServerFailure(description: "No directory.") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    port = try freePort()
    keeper = Keeper(directory)
    if getuid() == 0 { chown(directory, Unprivileged.id, Unprivileged.id) }
  }

  /// A server that follows this one, commit by commit, and only reads.
  public func makeReplica() throws -> PostgreSQLServer {
    let replica = try PostgreSQLServer(cluster: ())
    let source = url("postgres")
    try replica.run([
      "pg_basebackup", "--pgdata", replica.data, "--dbname", source, "--checkpoint", "fast",
      "--write-recovery-conf", "--wal-method", "stream", "--no-sync",
    ])
    try replica.start()
    try execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    try execute("SELECT pg_reload_conf()")
    return replica
  }

  /// A server that starts from what `pg_basebackup` wrote.
  public convenience init(fromBackup path: String) throws {
    try self.init(cluster: ())
    try FileManager.default.moveItem(atPath: path, toPath: data)
    if getuid() == 0 {
      let owner = "\(Unprivileged.id):\(Unprivileged.id)"
      guard try spawn(["/bin/chown", "-R", owner, data], output: directory + "/output") == 0 else {
        throw ServerFailure(description: "\(data) cannot be given to the server's user.")
      }
    }
    try start()
  }

  /// Takes encrypted connections too, with a certificate and its key as PEM.
  public func encrypt(certificate: [UInt8], key: [UInt8]) throws {
    for (name, text) in [("server.crt", certificate), ("server.key", key)] {
      let file = "\(data)/\(name)"
      try Data(text).write(to: URL(filePath: file))
      chmod(file, 0o600)
      if getuid() == 0 { chown(file, Unprivileged.id, Unprivileged.id) }
    }
    try execute("ALTER SYSTEM SET ssl = on")
    try execute("SELECT pg_reload_conf()")
  }

  /// The user as whom the server runs, for directories of its own.
  public static var owner: UInt32 { getuid() == 0 ? Unprivileged.id : getuid() }

  /// Where PostgreSQL's programs are.
  public static func programs() throws -> String {
    try binary("initdb").split(separator: "/").dropLast().map { "/\($0)" }.joined()
  }

  /// Makes a replica a server that writes.
  public func promote() throws { try run(["pg_ctl", "--pgdata", data, "--wait", "promote"]) }

  private var data: String { directory + "/data" }

  /// The address of a database, or that with another part of it.
  public func url(
    _ database: String, user: String = user, password: String = password, hosts: String? = nil
  ) -> String {
    "postgresql://\(user):\(password)@\(hosts ?? "127.0.0.1:\(port)")/\(database)"
  }

  /// Makes an empty database, and gives its name.
  public func makeDatabase() throws -> String {
    let number = databases.withLock { number in
      number += 1
      return number
    }
    let name = "test_\(getpid())_\(number)"
    try execute("CREATE DATABASE \(name)")
    return name
  }

  /// A connection to a database.
  public func connect(_ database: String = "postgres") throws -> Connection {
    guard let address = ServerAddress(url: url(database)) else {
      throw ServerFailure(description: "The address is none.")
    }
    let connection = Connection(to: address)
    try connection.connect()
    return connection
  }

  /// Runs statements in a database.
  public func execute(_ sql: String, in database: String = "postgres") throws {
    try connect(database).execute(sql)
  }

  /// The first column of a query's first row; nil for NULL and where there is none.
  public func value(_ sql: String, in database: String) throws -> String? {
    let statement = try connect(database).prepare(sql)
    return try statement.step() ? statement.text(0) : nil
  }

  // MARK: Life and death

  /// Starts the server, and waits until it takes connections.
  public func start() throws {
    let log = directory + "/log"
    var triesLeft = 10
    while true {
      do {
        return try run([
          "pg_ctl", "--pgdata", data, "--log", log, "--wait", "--options", options.joined(),
          "start",
        ])
      } catch {
        // What is left of a server that was killed holds its memory and its port for a moment.
        triesLeft -= 1
        guard triesLeft > 0 else { throw error }
        usleep(500_000)
      }
    }
  }

  /// What a kill of processes cannot lose needs no fsync; and what killed servers leave goes with
  /// their directory.
  private var options: [String] {
    [
      "-c port=\(port) ", "-c listen_addresses=127.0.0.1 ", "-c unix_socket_directories='' ",
      "-c fsync=off ", "-c max_connections=200 ", "-c shared_buffers=64MB ",
      "-c dynamic_shared_memory_type=mmap",
    ]
  }

  /// Stops the server in order, and throws out who is connected.
  public func stop() throws { try run(["pg_ctl", "--pgdata", data, "--mode", "fast", "stop"]) }

  /// Kills the server and all its processes.
  public func killServer() {
    guard let pid else { return }
    let children = PostgreSQLServer.children(of: pid)
    for process in [pid] + children { kill(process, SIGKILL) }
    // The port and the shared memory are free once all are gone.
    for process in [pid] + children {
      for _ in 0..<10_000 where kill(process, 0) == 0 && !isZombie(process) { usleep(1_000) }
    }
    // Where nobody buries the dead, the next server would take them for alive.
    unlink(data + "/postmaster.pid")
  }

  /// Stops and continues the server with all its processes, as a machine that hangs.
  public func signalAll(_ number: Int32) {
    guard let pid else { return }
    for process in [pid] + PostgreSQLServer.children(of: pid) { kill(process, number) }
  }

  private var pid: pid_t? {
    let text = FileManager.default.contents(atPath: data + "/postmaster.pid") ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
  }

  private static func children(of parent: pid_t) -> [pid_t] {
    let path = "/proc/\(parent)/task/\(parent)/children"
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: " ")
      .compactMap { Int32($0) }
  }

  private func isZombie(_ process: pid_t) -> Bool {
    guard let file = fopen("/proc/\(process)/stat", "r") else { return true }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer.prefix(count), as: UTF8.self).contains(") Z ")
  }

  /// Runs a program of PostgreSQL, which does not want to be root.
  private func run(_ command: [String]) throws {
    let output = directory + "/output"
    let words = Unprivileged.prefix + [try binary(command[0])] + command.dropFirst()
    let status = try spawn(words, output: output)
    guard status == 0 else {
      let text = FileManager.default.contents(atPath: output) ?? Data()
      throw ServerFailure(
        description: "\(command[0]) failed: \(String(decoding: text, as: UTF8.self))")
    }
  }
}

/// The program of the newest version that is installed.
private func binary(_ name: String) throws -> String {
  let root = "/usr/lib/postgresql"
  let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
  guard let version = versions.compactMap({ Int($0) }).max() else {
    throw ServerFailure(description: "PostgreSQL is not installed; `make test-setup` does it.")
  }
  return "\(root)/\(version)/bin/\(name)"
}

/// Who runs the server where the tests are run by root.
private enum Unprivileged {
  /// Debian's `nobody`.
  static let id: uid_t = 65_534

  static let prefix =
    getuid() == 0
    ? ["/usr/bin/setpriv", "--reuid", "\(id)", "--regid", "\(id)", "--clear-groups"] : []
}

/// Runs a program to its end, and gives its exit status.
private func spawn(_ words: [String], output: String) throws -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(
    &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  // The server lives on, and nothing of the tests' may stay open in it.
  let script = #"cd /tmp; exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec "$0" "$@""#
  let command: [String] = ["sh", "-c", script] + words
  var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
  defer { for text in arguments + variables { free(text) } }
  var pid: pid_t = 0
  let code = posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, &variables)
  guard code == 0 else {
    throw ServerFailure(description: "\(words[0]): \(String(cString: strerror(code)))")
  }
  var status: Int32 = 0
  waitpid(pid, &status, 0)
  return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128
}

/// Ends the server and removes its directory once nobody needs it or the tests are gone, in
/// whatever way they went: a shell that reads from a pipe which only the tests hold open.
private final class Keeper: Sendable {
  private let pipeEnd: Int32

  init(_ directory: String) {
    // No child of the tests, who would have to bury it.
    let script = #"""
      exec 3<&0
      {
        read line <&3
        pid=$(head -n 1 "$0/data/postmaster.pid" 2>&-) && kill -CONT $pid && kill -QUIT $pid
        for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 $pid 2>&- || break; sleep 0.1; done
        rm -rf "$0"
      } > /dev/null 2>&1 &
      """#
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    let words: [String] = ["sh", "-c", script, directory]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, &variables)
    waitpid(pid, nil, 0)
    pipeEnd = ends[1]
  }

  deinit { close(pipeEnd) }
}
