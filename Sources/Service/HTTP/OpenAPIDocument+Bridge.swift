// The paths that terminals call, as JSON text. docs/BRIDGES.md explains them.

extension OpenAPIDocument {
  static let bridgePaths = """
    "/bridge/{name}/hello": {\(step(
      "helloBridge", "Open a session of a terminal.",
      #"""
      "type": "object", "required": ["protocol", "terminal_id", "program", "account", "demo"],
      "properties": {"protocol": {"const": 1}, "terminal_id": {"type": "string"},
        "program": {"type": "string"}, "account": {"type": "string"}, "demo": {"type": "boolean"}}
      """#, answer: "The session."))},
    "/bridge/{name}/poll": {\(step(
      "pollBridge", "Take commands of a session, or wait for some.",
      #"""
      "type": "object", "required": ["session", "handled", "wait_ms", "ready"],
      "properties": {"session": {"type": "string"}, "handled": {"type": "integer"},
        "wait_ms": {"type": "integer"}, "ready": {"type": "boolean"},
        "reason": {"type": "string"}}
      """#, answer: "Commands.", nothing: "There are none."))},
    "/bridge/{name}/events": {\(step(
      "tellBridge", "Tell what has happened at a terminal.",
      #"""
      "type": "object", "required": ["session", "first", "events"],
      "properties": {"session": {"type": "string"}, "first": {"type": "integer", "minimum": 1},
        "events": {"type": "array", "items": {"type": "object"}}}
      """#, answer: "Which event is awaited next."))}
    """

  private static func step(
    _ id: String, _ summary: String, _ schema: String, answer: String, nothing: String? = nil
  ) -> String {
    let none = nothing.map { #""204": {"description": "\#($0)"},"# } ?? ""
    return """
      "parameters": [{"name": "name", "in": "path", "required": true, "example": "mt5",
        "schema": {"$ref": "#/components/schemas/PluginName"}}],
      "post": {
        "tags": ["bridges"], "operationId": "\(id)", "summary": "\(summary)",
        "description": "Needs the bridge's own token as Authorization: Bearer, no API key.",
        "security": [],
        "requestBody": {"required": true,
          "content": {"application/json": {"schema": {\(schema)}}}},
        "responses": {
          "200": {"description": "\(answer)",
            "content": {"application/json": {"schema": {"type": "object"}}}},
          \(none)
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "409": {"description": "Another session has the place.", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"description": "The process does not trade now.", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        }
      }
      """
  }
}
