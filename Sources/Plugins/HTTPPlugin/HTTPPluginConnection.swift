// Requests to a plugin process and their answers: signed and sent once. It knows no orders. The
// contract is docs/PLUGINS.md. The rule to keep: what is not an answer that can be read, and says
// what it is, is silence.

internal import Crypto
internal import Network
internal import Trading
internal import Wire

/// What came of a request to a plugin process.
enum HTTPPluginResult {
  /// It answered with an object, under status 200.
  case answer(JSONValue)
  /// It refused the request with an object, under a status of 400 to 499.
  case refusal(JSONValue, status: Int)
  /// Nothing of the request ever left.
  case notSent(reason: String)
  /// It may have left, and was not answered, or not in a way that can be read.
  case silence(reason: String)

  /// Reads an answer.
  init(status: Int, body: [UInt8]) {
    let document = try? JSONDocument(parsing: body)
    guard let document, document.duplicateKey == nil, document.root.kind == .object,
      status == 200 || (400...499).contains(status)
    else {
      self = .silence(reason: "It answered with status \(status) and nothing that can be read.")
      return
    }
    self = status == 200 ? .answer(document.root) : .refusal(document.root, status: status)
  }

  /// What is said of an answer that cannot be read.
  static let unreadable = "The plugin's answer cannot be read."

  /// Why there is no answer that says what was done, for people.
  var reason: String {
    switch self {
    case .answer(let answer): answer.sentence ?? HTTPPluginResult.unreadable
    case .refusal(let answer, let status):
      answer.sentence ?? "The plugin refused the request with status \(status)."
    case .notSent(let reason), .silence(let reason): reason
    }
  }
}

/// A signed way to a plugin process.
@LoopActor final class HTTPPluginConnection {
  private let settings: HTTPPluginSettings

  init(_ settings: HTTPPluginSettings) { self.settings = settings }

  /// Where all paths of the contract begin; the number is its version.
  nonisolated static let prefix = "/fks/v1"

  /// Sends a request, once.
  func send(
    _ method: HTTPMethod, _ path: String, body: [UInt8] = [], isUrgent: Bool = false
  ) async -> HTTPPluginResult {
    let request = signed(method, HTTPPluginConnection.prefix + path, body)
    do throws(TransportError) {
      let answer = try await settings.client.send(request, isUrgent: isUrgent)
      return HTTPPluginResult(status: answer.status, body: answer.body)
    } catch {
      return error.delivery == .notSent
        ? .notSent(reason: error.description) : .silence(reason: error.description)
    }
  }

  private func signed(
    _ method: HTTPMethod, _ target: String, _ body: [UInt8]
  ) -> HTTPClientRequest {
    let milliseconds = EventLoop.shared.wallClockMicroseconds / 1_000
    let head = "\(milliseconds)\n\(method.rawValue)\n\(target)\n"
    let signature = settings.signer.sign(Array(head.utf8) + body)
    var headers = [
      ("X-FKS-Timestamp", "\(milliseconds)"), ("X-FKS-Signature", Hex.encode(signature)),
    ]
    if !body.isEmpty { headers.append(("Content-Type", "application/json")) }
    return HTTPClientRequest(method, settings.origin, target, headers: headers, body: body)
  }
}

extension JSONValue {
  /// What an answer says in a sentence for people, short enough for a log line.
  fileprivate var sentence: String? {
    guard let text = self["message"]?.string, !text.isEmpty else { return nil }
    return String(text.prefix(JSONValue.sentenceCharactersMax))
  }

  /// Sentences of venues are below 200 characters; more is a page or a dump.
  private static let sentenceCharactersMax = 300
}
