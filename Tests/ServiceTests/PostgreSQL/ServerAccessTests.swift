// How a server is got to: by whom, and whether it is the one that it says it is.

import Glibc
import PostgreSQLServer
import Testing
import Wire

@Suite(.serialized) struct ServerAccessTests {
  private static let market = #"{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":0.01}"#

  /// Makes `ca.pem`, `other.pem`, and a certificate for localhost by the first of them.
  private func makeCertificates(in directory: TestDirectory) throws {
    try directory.write("san", Array("subjectAltName=DNS:localhost\n".utf8))
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    let commands = [
      "openssl req -x509 \(key) -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
      "openssl req -x509 \(key) -days 2 -subj /CN=other -keyout other.key -out other.pem",
      "openssl req \(key) -subj /CN=localhost -keyout server.key -out server.csr",
      "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        + "-extfile san -out server.crt",
    ]
    for command in commands {
      guard system("cd '\(directory.path)' && \(command) 2>/dev/null") == 0 else {
        throw ProcessFailure(description: "\(command) failed.")
      }
    }
  }

  @Test func `verify-full takes the server that a known authority vouches for, and no other`()
    throws
  {
    let (server, directory) = (try PostgreSQLServer(), try TestDirectory())
    try makeCertificates(in: directory)
    try server.encrypt(
      certificate: directory.read("server.crt"), key: directory.read("server.key"))
    let database = try server.makeDatabase()
    func url(_ host: String, _ authority: String) -> String {
      server.url(database, hosts: "\(host):\(server.port)")
        + "?sslmode=verify-full&sslrootcert=\(directory.path)/\(authority)"
    }
    let service = try ServiceProcess.start(["DATABASE_URL": url("localhost", "ca.pem")])
    #expect(try service.order(Self.market).status == 201)
    let isEncrypted = try server.value(
      "SELECT bool_and(ssl)::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
        + "WHERE application_name = 'fks-execution' AND pid <> pg_backend_pid()", in: database)
    #expect(isEncrypted == "true")
    service.end(SIGTERM)

    let refused = [
      (url("localhost", "other.pem"), "certificate"), (url("127.0.0.1", "ca.pem"), "127.0.0.1"),
      (url("localhost", "no-such.pem"), "no-such.pem"),
    ]
    for (url, word) in refused {
      let (status, output) = try ServiceProcess.refusedStart(["DATABASE_URL": url])
      #expect(status == 1)
      #expect(
        output.contains(word) && output.contains("Check sslmode and sslrootcert"), "\(output)")
      #expect(!output.contains(PostgreSQLServer.password))
    }
  }

  @Test func `a user without rights is refused at the start, and later stops the taking of orders`()
    throws
  {
    let server = try PostgreSQLServer()
    let (empty, database) = (try server.makeDatabase(), try server.makeDatabase())
    try server.execute("CREATE ROLE weak LOGIN PASSWORD 'weak-secret'")
    func url(_ database: String) -> String {
      server.url(database, user: "weak", password: "weak-secret")
    }
    let owner = try ServiceProcess.start(["DATABASE_URL": server.url(database)])
    owner.end(SIGTERM)
    for name in [empty, database] {
      let (status, output) = try ServiceProcess.refusedStart(["DATABASE_URL": url(name)])
      #expect(status == 1)
      #expect(output.contains("permission denied") && output.contains("Check the user's rights"))
      #expect(!output.contains("weak-secret"))
    }

    try server.execute(
      "GRANT ALL ON SCHEMA public TO weak; GRANT ALL ON ALL TABLES IN SCHEMA public TO weak",
      in: database)
    let settings = ServiceProcess.unlimited.merging(["DATABASE_URL": url(database)]) { $1 }
    try server.execute("ALTER TABLE order_events OWNER TO weak", in: database)
    let service = try ServiceProcess.start(settings)
    #expect(try service.order(Self.market).status == 201)
    try server.execute("REVOKE INSERT ON order_events FROM weak", in: database)
    let refused = try service.order(Self.market)
    #expect(refused.status == 503)
    #expect(refused.code == "STORE_UNAVAILABLE")
    #expect(try service.get("/ready").text.contains("permission denied"))
    #expect(try service.get("/live").status == 200)
  }
}
