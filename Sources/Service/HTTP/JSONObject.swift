// A request's body as a JSON object. It knows no fields; it decides which bodies can be read at
// all. The rule to keep: what could be read in two ways is refused.

internal import Wire

enum JSONObject {
  /// The body's object. Throws 400 for what is no JSON, 422 for another value than an object and
  /// for a name that stands twice.
  static func parse(_ body: [UInt8]) throws(APIError) -> JSONValue {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: body)
    } catch {
      var problem = APIError(status: 400, code: "MALFORMED_JSON", error.message)
      problem.detail = [("offset", "\(error.offset)")]
      throw problem
    }
    if let name = document.duplicateKey {
      let shown = String(name.prefix(40)).debugDescription
      throw .invalid(
        "DUPLICATE_FIELD", field: String(name.prefix(40)),
        "The field \(shown) stands twice in an object; which one counts is unclear.")
    }
    guard document.root.kind == .object else {
      throw APIError(status: 422, code: "INVALID_BODY", "The body must be a JSON object.")
    }
    return document.root
  }
}

extension JSONValue {
  /// Whether the value is the literal null.
  var isNull: Bool { kind == .null }
}
