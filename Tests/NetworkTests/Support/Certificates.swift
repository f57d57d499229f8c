// Certificates of a test's own authority, made by the `openssl` command: good ones and bad ones.

import FoundationEssentials
import Glibc

/// Files in PEM form, made once for all tests and gone with the process.
final class Certificates: Sendable {
  static let shared = Certificates()

  let directory: String

  /// The authority, to be trusted.
  var authority: String { directory + "/authority.pem" }
  /// The authority and its list of revoked certificates.
  var authorityWithRevocations: String { directory + "/trust.pem" }

  private init() {
    var template = Array("/tmp/fks-certificates-XXXXXX".utf8CString)
    directory = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
    }
    atexit { try? FileManager.default.removeItem(atPath: Certificates.shared.directory) }
    run("cat > ca.cnf <<'END'\n\(Self.configuration)\nEND\n: > index.txt; echo 01 > serial")
    run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 "
        + "-keyout authority.key -out authority.pem -subj /CN=authority "
        + "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign")
    let names = "DNS:localhost,DNS:venue.test,IP:127.0.0.1,IP:127.0.0.2,IP:::1"
    issue("good", names)
    issue("wrong-host", "DNS:other.test,IP:192.0.2.1")
    issue("expired", names, "-startdate 20200101000000Z -enddate 20200201000000Z")
    issue("revoked", names)
    run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 "
        + "-keyout self-signed.key -out self-signed.pem -subj /CN=self "
        + "-addext subjectAltName=\(names)")
    run("openssl ca -batch -config ca.cnf -revoke revoked.pem")
    run("openssl ca -config ca.cnf -gencrl -out revocations.pem")
    run("cat authority.pem revocations.pem > trust.pem")
  }

  private func issue(_ name: String, _ alternatives: String, _ options: String = "-days 30") {
    run(
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout \(name).key "
        + "-out \(name).csr -subj /CN=\(name) -addext subjectAltName=\(alternatives)")
    run("openssl ca -batch -notext -config ca.cnf -in \(name).csr -out \(name).pem \(options)")
  }

  private func run(_ command: String) {
    let stream = popen("cd '\(directory)' && { \(command)\n} > log 2>&1", "r")
    guard let stream, pclose(stream) == 0 else {
      let log = FileManager.default.contents(atPath: directory + "/log") ?? Data()
      fatalError("\(command): \(String(decoding: log, as: UTF8.self))")
    }
  }

  private static let configuration = """
    [ca]
    default_ca = test
    [test]
    database = index.txt
    new_certs_dir = .
    serial = serial
    certificate = authority.pem
    private_key = authority.key
    default_md = sha256
    default_crl_days = 30
    unique_subject = no
    copy_extensions = copy
    policy = any
    [any]
    commonName = supplied
    """
}
