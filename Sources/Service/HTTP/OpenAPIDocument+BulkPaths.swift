// The paths of many commands in one request, and of previews, as JSON text.

extension OpenAPIDocument {
  static let bulkResponses = """
    {
      "200": {"description": "What each part came to.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Outcomes"}}}},
      "400": {"$ref": "#/components/responses/Malformed"},
      "401": {"$ref": "#/components/responses/Unauthenticated"},
      "403": {"$ref": "#/components/responses/Forbidden"},
      "413": {"$ref": "#/components/responses/TooLarge"},
      "422": {"$ref": "#/components/responses/Invalid"}
    }
    """

  static let bulkPaths = """
    "/orders/batch": {
      "post": {
        "tags": ["orders"], "operationId": "submitOrders", "summary": "Submit up to 100 orders.",
        "description": "Each has an outcome of its own; one that is refused keeps no other back.",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "example": "book-17",
          "description": "Counts for each order with its place behind it.",
          "schema": {"type": "string", "minLength": 1, "maxLength": 124}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
          "type": "object", "required": ["orders"], "properties": {"orders": {
            "type": "array", "minItems": 1, "maxItems": 100,
            "items": {"description": "As NewOrder. One that is not is refused by itself."}}},
          "examples": [{"orders": [
            {"symbol": "BTCUSDT", "side": "BUY", "order_type": "MARKET", "quantity": 0.01}]}]}}}},
        "responses": \(bulkResponses)
      }
    },
    "/orders/preview": {
      "post": {
        "tags": ["orders"], "operationId": "previewOrder",
        "summary": "What would become of an order now.",
        "description": "Held to the same as a submission; nothing is recorded or sent.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/NewOrder"}}}},
        "responses": {
          "200": {"description": "What would be done, and every check.", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Preview"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    }
    """

  static let bulkSchemas = """
    "Outcomes": {
      "type": "object", "required": ["success", "succeeded", "failed", "results"],
      "properties": {
        "success": {"type": "boolean", "description": "Whether all parts succeeded."},
        "succeeded": {"type": "integer"}, "failed": {"type": "integer"},
        "results": {"type": "array", "items": {
          "type": "object", "required": ["http_status", "answer"],
          "properties": {"http_status": {"type": "integer"}, "answer": {"type": "object"}}}}
      }
    },
    "Preview": {
      "type": "object",
      "required": ["success", "would", "code", "reason", "order", "checks", "plan",
        "venue_request"],
      "properties": {
        "success": {"const": true}, "would": {"enum": ["SEND", "HOLD", "REFUSE"]},
        "code": {"$ref": "#/components/schemas/Text"},
        "reason": {"$ref": "#/components/schemas/Text"},
        "order": {"$ref": "#/components/schemas/PreviewedOrder"},
        "checks": {"type": "array", "items": {
          "type": "object",
          "required": ["check", "passed", "value", "limit", "headroom", "code", "reason"],
          "properties": {
            "check": {"type": "string"}, "passed": {"type": "boolean"},
            "value": {"$ref": "#/components/schemas/Number"},
            "limit": {"$ref": "#/components/schemas/Number"},
            "headroom": {"$ref": "#/components/schemas/Number"},
            "code": {"$ref": "#/components/schemas/Text"},
            "reason": {"$ref": "#/components/schemas/Text"}}}},
        "plan": {"type": "array", "description": "The slices in which the gateway would send it, \
    if each is filled; `at` is null for one that waits for the one before it.",
          "items": {"type": "object", "required": ["at", "quantity"], "properties": {
            "at": {"type": ["string", "null"], "format": "date-time"},
            "quantity": {"type": "number"}, "exchange": {"type": "string"}}}},
        "venue_request": {"type": ["object", "null"], "required": ["method", "target", "body"]}
      }
    },
    "PreviewedOrder": {"type": "object",
      "description": "As Order; its quantity may be one that no venue takes."}
    """
}
