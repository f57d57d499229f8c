// The machine-readable description of the HTTP interface, as GET /openapi.json answers it.

enum OpenAPIDocument {
  static let json: [UInt8] = Array("{}".utf8)
}
