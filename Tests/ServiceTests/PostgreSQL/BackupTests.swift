// The commands of docs/DEPLOYMENT.md by which stores are backed up and restored, as they stand
// there: what they make is whole, and the service goes on from it.

import FoundationEssentials
import Glibc
import PostgreSQLServer
import Testing
import Wire

@Suite(.serialized) struct BackupTests {
  private static let market = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01}"#

  /// The commands that stand below a heading of the page.
  private func commands(below heading: String) throws -> [String] {
    let page = try String(contentsOfFile: "docs/DEPLOYMENT.md", encoding: .utf8)
    let part = page.components(separatedBy: "\n### ").first { $0.hasPrefix(heading) }
    let lines = try #require(part).split(separator: "\n")
    return lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
  }

  private func run(
    _ commands: [String], in directory: TestDirectory, _ variables: [String: String]
  ) throws {
    let tools = ServiceProcess.executable.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    let path = "PATH='\(try PostgreSQLServer.programs()):\(tools):'$PATH"
    let settings = variables.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
    for command in commands {
      let status = system(
        "cd '\(directory.path)' && export \(path) FKS_CONFIG=config.json5 \(settings) && "
          + "{ \(command) ; } > commands.log 2>&1")
      let log = String(decoding: directory.read("commands.log"), as: UTF8.self)
      #expect(status == 0, "\(command): \(log)")
    }
  }

  /// Starts on a restored store: the order is there, and the next ones are taken.
  private func goesOn(_ order: APIAnswer, _ url: String, _ directory: TestDirectory) throws {
    let settings = ServiceProcess.unlimited.merging(["DATABASE_URL": url]) { $1 }
    let service = try ServiceProcess.start(settings, directory: directory)
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    #expect(try service.order(Self.market).status == 201)
    service.end(SIGTERM)
    #expect(try service.run("verify", ["DATABASE_URL": url]).status == 0)
  }

  private func settledOrder(_ service: ServiceProcess) throws -> APIAnswer {
    let order = try service.order(Self.market)
    #expect(try service.order(order.orderID, reaches: "SETTLED"))
    return order
  }

  @Test(.enabled(if: system("command -v sqlite3 > /dev/null") == 0))
  func `a file is backed up beside its service, and goes on elsewhere`() throws {
    let directory = try TestDirectory()
    let service = try ServiceProcess.start(ServiceProcess.unlimited, directory: directory)
    let order = try settledOrder(service)
    let commands = try commands(below: "Backups of a file")
    try run(Array(commands.prefix { !$0.hasPrefix("rm") }), in: directory, [:])
    service.end(SIGTERM)
    try run(Array(commands.drop { !$0.hasPrefix("rm") }), in: directory, [:])
    try goesOn(order, "sqlite:\(directory.path)/data/execution.db", directory)
  }

  @Test func `a database is dumped beside its service, and a whole server copied`() throws {
    let (server, directory) = (try PostgreSQLServer(), try TestDirectory())
    let database = try server.makeDatabase()
    let (url, restored) = (server.url(database), server.url(try server.makeDatabase()))
    let service = try ServiceProcess.start(
      ServiceProcess.unlimited.merging(["DATABASE_URL": url]) { $1 }, directory: directory)
    let order = try settledOrder(service)
    try run(
      try commands(below: "Backups of a server"), in: directory,
      ["DATABASE_URL": url, "RESTORED_URL": restored])
    service.end(SIGTERM)
    try goesOn(order, restored, directory)
    let copy = try PostgreSQLServer(fromBackup: "\(directory.path)/base")
    try goesOn(order, copy.url(database), directory)
  }
}
