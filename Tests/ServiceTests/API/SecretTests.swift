// Secrets do not get out: whatever is asked for, and whatever goes wrong, no log line of any level,
// no answer, no metric, no output of a command and no file of ours holds a secret in any of the
// usual spellings. What a caller writes where the answer must name it, such as a path, is told back
// to that caller, and to nobody else.

import Crypto
import Glibc
import Testing
import Wire

@Suite struct SecretTests {
  @Test func `no secret of the settings or of a request gets out`() throws {
    let planted = PlantedSecrets()
    let service = try ServiceProcess.start(planted.settings)
    let traffic = PlantedTraffic(service: service, secrets: planted)
    let answers = try traffic.everyKindOfAnswer()
    let statuses = Set(answers.map(\.status))
    for status in traffic.expectedStatuses {
      #expect(statuses.contains(status), "No answer had status \(status): \(statuses.sorted())")
    }
    let echoes = try traffic.echoes()
    let metrics = try service.get("/metrics")
    let filesWhileRunning = try service.directory.files()
    service.end(SIGTERM)
    let files = try service.directory.files()
    // The log is there, down to its lightest lines, and so are both databases.
    #expect(service.output.contains("An order was answered."))
    #expect(files.filter { $0.name.hasSuffix(".db") }.count == 2, "\(files.map(\.name))")

    var places = filesWhileRunning + files
    places.append((name: "/metrics", bytes: metrics.whole))
    for answer in answers { places.append((name: "an answer: \(answer.text)", answer.whole)) }
    for command in ["check", "verify", "rebuild", "export leak-1"] {
      places.append((name: command, bytes: try service.output(of: command, planted.settings)))
    }
    for (name, bytes) in places {
      for secret in planted.all + [planted.echoed] {
        #expect(bytes.spelling(of: secret) == nil, "\(secret) is in \(name)")
      }
    }
    for answer in echoes {
      #expect(answer.text.lowercased().contains(planted.echoed), "\(answer.text)")
      for secret in planted.all {
        #expect(answer.whole.spelling(of: secret) == nil, "\(secret) is in \(answer.text)")
      }
    }
  }

  @Test(arguments: [
    ("DATABASE_URL", "postgresql://fks:SECRET@db.example:5432/fks"),
    ("DATABASE_URL", "Postgres://fks:SECRET@db.example/fks"),
    ("DATABASE_URL", "mysql://fks:SECRET@db.example/fks"),
    ("DATABASE_URL", "sqlite://fks:SECRET@db.example/fks"),
    ("DATABASE_URL", "fks:SECRET@db.example"),
    ("FKS_API_KEYS", "SECRET"), ("FKS_API_KEYS", "web:SECRET"), ("FKS_API_KEYS", "web:SECRET:read"),
    ("FKS_API_KEYS", "web:read:SECRET,web:read:SECRET"),
    ("FKS_API_KEYS", "web:read:SECRET,desk:read:SECRET"),
    ("FKS_API_KEYS", "web:read:SECRET\u{e9}"), ("FKS_API_KEYS", "web:read:sha256=SECRET"),
    ("FKS_API_KEYS", "SECRET:read:web"), ("FKS_API_KEY", "SECRET"), ("FKS_SECRET", "SECRET"),
  ])
  func `a start that is refused does not quote a secret`(name: String, pattern: String) throws {
    let secret = PlantedSecrets().reader
    let value = pattern.replacing("SECRET", with: secret)
    let (status, output) = try ServiceProcess.refusedStart([name: value])
    #expect(status == 1)
    #expect(output.contains(name), "\(output)")
    #expect(Array(output.utf8).spelling(of: secret) == nil, "\(output)")
  }

  @Test(arguments: [
    "{fks_api_keys: 'web:read:SECRET'", "{fks_api_keys: ['SECRET']}", "{fks_api_keys: 'SECRET'}",
    "{database_url: 'postgresql://fks:SECRET@db.example/fks'}", "SECRET",
  ])
  func `a configuration file that is refused does not show a secret`(pattern: String) throws {
    let secret = PlantedSecrets().reader
    let directory = try TestDirectory()
    let text = pattern.replacing("SECRET", with: secret)
    try directory.write("config.json5", Array(text.utf8))
    let (status, output) = try ServiceProcess.refusedStart(
      ["DATABASE_URL": ""], directory: directory)
    #expect(status == 1)
    #expect(!output.isEmpty)
    #expect(Array(output.utf8).spelling(of: secret) == nil, "\(output)")
  }

  @Test func `a secret is found in every spelling`() {
    let secret = PlantedSecrets().reader
    let bytes = Array(secret.utf8)
    let spelled = [
      secret, Base64.encode(bytes), Base64.encode(Array("u:".utf8) + bytes),
      Base64.encode(Array("a".utf8) + bytes), PercentCoding.encode(secret),
      Hex.encode(bytes), Hex.encode(bytes).uppercased(),
    ]
    for text in spelled {
      #expect(Array("before \(text) after".utf8).spelling(of: secret) != nil, "\(text)")
    }
    #expect(Array("before \(secret.dropLast()) after".utf8).spelling(of: secret) == nil)
  }
}
