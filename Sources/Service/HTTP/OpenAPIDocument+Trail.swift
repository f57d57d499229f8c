// The path of an order's trail and its schema, as JSON text.

extension OpenAPIDocument {
  static let trailPath = """
    "/orders/{id}/trail": {
      "parameters": [{"$ref": "#/components/parameters/OrderID"}],
      "get": {
        "tags": ["orders"], "operationId": "showOrderTrail",
        "summary": "All that the journal has about an order, as one document that can be verified.",
        "responses": {
          "200": {"description": "The document, as `fks-execution export` prints it.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Trail"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "410": {"$ref": "#/components/responses/Pruned"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    }
    """

  static let trailSchemas = """
    "TrailPlace": {
      "type": "object", "required": ["sequence", "timestamp"],
      "properties": {"sequence": {"type": "integer"},
        "timestamp": {"type": "string", "format": "date-time"}}
    },
    "Trail": {
      "type": "object",
      "required": ["format", "order_id", "order", "request", "checks", "commands", "sent",
        "answers", "fills", "related", "timings", "rows"],
      "properties": {
        "format": {"const": "\(TrailDocument.format)"},
        "order_id": {"type": "string", "format": "uuid"},
        "order": {"$ref": "#/components/schemas/Order"},
        "request": {"allOf": [{"$ref": "#/components/schemas/TrailPlace"}],
          "required": ["key", "request_id", "terms"],
          "properties": {"key": {"$ref": "#/components/schemas/Text"},
            "request_id": {"$ref": "#/components/schemas/Text"}, "terms": {"type": "object"}}},
        "checks": {"type": "array", "items": {
          "type": "object", "required": ["check", "passed", "value", "limit"],
          "properties": {"check": {"type": "string"}, "passed": {"type": "boolean"},
            "value": {"$ref": "#/components/schemas/Text"},
            "limit": {"$ref": "#/components/schemas/Text"}}}},
        "commands": {"type": "array", "items": {
          "allOf": [{"$ref": "#/components/schemas/TrailPlace"}],
          "required": ["key", "request_id", "events"],
          "properties": {"key": {"type": "string"}, "request_id": {"type": "string"},
            "events": {"type": "array", "items": {"type": "string"}}}}},
        "sent": {"type": "array", "items": {
          "allOf": [{"$ref": "#/components/schemas/TrailPlace"}],
          "required": ["method", "target", "body_sha256"],
          "properties": {"method": {"type": "string"}, "target": {"type": "string"},
            "body_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}},
        "answers": {"type": "array", "items": {"$ref": "#/components/schemas/TrailPlace"}},
        "fills": {"type": "array", "items": {"$ref": "#/components/schemas/TrailPlace"}},
        "related": {"type": "object",
          "required": ["parent_order_id", "replaces", "replaced_by", "protective_order_ids"]},
        "timings": {"type": "array", "items": {
          "type": "object", "required": ["stage", "journaled", "timestamp", "microseconds"],
          "properties": {"stage": {"type": "string"}, "journaled": {"type": "boolean"},
            "timestamp": {"$ref": "#/components/schemas/Text"},
            "microseconds": {"type": ["integer", "null"]}}}},
        "rows": {"type": "array", "items": {
          "allOf": [{"$ref": "#/components/schemas/TrailPlace"}],
          "required": ["recorded_at", "body", "previous_hash", "hash"],
          "properties": {
            "recorded_at": {"type": "integer", "description": "Unix microseconds."},
            "body": {"type": "string"},
            "previous_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}}
      }
    }
    """
}
