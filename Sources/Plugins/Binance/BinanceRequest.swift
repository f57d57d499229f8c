// Requests to Binance, as they are built, signed and sent: all parameters stand in the query, whose
// bytes are made once. What is signed is what is sent. Source: "Request Security" in
// binance-spot-api-docs/rest-api.md, and "General Info" of the USD-M Futures documentation.

internal import Crypto
internal import Trading
internal import Wire

/// What a request has to prove.
enum BinanceSecurity: Sendable {
  /// Nothing: market data.
  case open
  /// Who sends it, by the header of the API key.
  case key
  /// Who sends it and what was sent, by a signature with a time.
  case signed
}

/// A request, before it is signed.
struct BinanceRequest: Equatable, Sendable {
  /// The method.
  let method: HTTPMethod
  /// The path, from `/` on.
  let path: String
  let security: BinanceSecurity
  /// What it counts for against the budget of a minute.
  let weight: Int
  /// The parameters so far, percent-encoded and in their order.
  private(set) var query: [UInt8] = []

  init(_ method: HTTPMethod, _ path: String, _ security: BinanceSecurity = .signed, weight: Int) {
    self.method = method
    self.path = path
    self.security = security
    self.weight = weight
  }

  /// The same request with one more parameter.
  func with(_ name: StaticString, _ value: some CustomStringConvertible) -> BinanceRequest {
    var request = self
    request.add(name, value)
    return request
  }

  /// Adds a parameter; nothing if the value is nil.
  mutating func add(_ name: StaticString, _ value: (some CustomStringConvertible)?) {
    guard let value else { return }
    if !query.isEmpty { query.append(UInt8(ascii: "&")) }
    query.append(contentsOf: "\(name)=".utf8)
    // Encoded before it is signed: a signature over the plain text is refused with -1022.
    query.append(contentsOf: PercentCoding.encode(value.description).utf8)
  }

  /// The target without time and signature, for people to look at.
  var target: String {
    query.isEmpty ? path : "\(path)?\(String(decoding: query, as: UTF8.self))"
  }

  /// The target to send, signed if it has to be.
  ///
  /// - Parameters:
  ///   - time: The venue's time by our clock and its offset.
  ///   - window: For how many milliseconds after that the venue may still take the request, 1 to
  ///     60,000.
  func target(signedBy signer: RequestSigner, at time: Timestamp, window: Int) -> String {
    guard security == .signed else { return target }
    var request = self
    request.add("recvWindow", window)
    request.add("timestamp", time.microseconds / 1_000)
    let signature = signer.sign(request.query)
    request.add("signature", signer.text(of: signature))
    return request.target
  }
}

extension RequestSigner {
  /// A signature as Binance writes it: an HMAC in hexadecimal digits, others in Base64.
  func text(of signature: [UInt8]) -> String {
    algorithm == .hmac ? Hex.encode(signature) : Base64.encode(signature)
  }
}
