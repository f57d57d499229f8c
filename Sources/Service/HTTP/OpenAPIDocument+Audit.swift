// The path of the audit log and its schema, as JSON text.

extension OpenAPIDocument {
  static let auditPath = """
    "/audit": {
      "get": {
        "tags": ["control"], "operationId": "listCommands",
        "summary": "List the commands that came, newest first.",
        "description": "A page may be short, or empty, and still have a next one.",
        "parameters": [
          {"name": "key", "in": "query", "schema": {"type": "string"},
            "description": "The name of a key."},
          {"name": "request_id", "in": "query", "schema": {"type": "string"}},
          {"name": "method", "in": "query", "schema": {"type": "string"}},
          {"name": "status", "in": "query",
            "schema": {"type": "integer", "minimum": 100, "maximum": 599}},
          {"name": "since", "in": "query", "schema": {"$ref": "#/components/schemas/Moment"}},
          {"name": "until", "in": "query", "schema": {"$ref": "#/components/schemas/Moment"}},
          {"$ref": "#/components/parameters/Limit"},
          {"name": "next", "in": "query", "schema": {"type": "string"},
            "description": "The next of the page before."}
        ],
        "responses": {
          "200": {"description": "A page.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/CommandPage"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    }
    """

  static let auditSchemas = """
    "CommandPage": {
      "type": "object", "required": ["commands", "next"],
      "properties": {
        "commands": {"type": "array", "items": {
          "type": "object",
          "required": ["number", "timestamp", "key", "request_id", "method", "path",
            "request_sha256", "status"],
          "properties": {
            "number": {"type": "integer"},
            "timestamp": {"type": "string", "format": "date-time"},
            "key": {"type": "string"}, "request_id": {"type": "string"},
            "method": {"enum": ["POST", "PUT", "DELETE"]}, "path": {"type": "string"},
            "request_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "status": {"type": "integer"}}}},
        "next": {"type": ["string", "null"]}
      }
    }
    """
}
