// The paths of the FKS Execution that this service takes the place of, as JSON text, with their
// schemas.

extension OpenAPIDocument {
  static let fksPaths = """
    "/api/v1/orders": {
      "post": {
        "tags": ["fks"], "operationId": "submitExchangeOrder",
        "summary": "Submit an order to a named plugin, and read six figures of its outcome.",
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/NewOrder"}}}},
        "responses": {
          "200": \(execution("The venue has answered; success tells how.")),
          "202": \(execution("Sent; the venue has not answered yet.")),
          "400": \(execution("The body cannot be read, or side or order_type is unknown.")),
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "409": \(execution("The idempotency key was used for another body.")),
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": \(execution("A field cannot be used, or a limit denies the order.")),
          "429": \(execution("Too many new orders; Retry-After says when.")),
          "503": \(execution("Nothing was sent; Retry-After says when to try again."))
        }
      }
    },
    "/api/v1/positions": {
      "get": {
        "tags": ["fks"], "operationId": "showExchangePosition",
        "summary": "Look at a position on a plugin, or at all of them without symbol.",
        "parameters": [{"$ref": "#/components/parameters/Symbol"},
          {"name": "exchange", "in": "query", "required": true, "example": "mock",
            "schema": {"$ref": "#/components/schemas/PluginName"}}],
        "responses": {
          "200": {"description": "The position, flat or not.", "content": {"application/json": {
            "schema": {"anyOf": [{"$ref": "#/components/schemas/ExchangePosition"},
              {"type": "object", "required": ["positions"], "properties": {"positions": {
                "type": "array", "items": {"$ref": "#/components/schemas/ExchangePosition"}}}}
            ]}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "422": {"$ref": "#/components/responses/Invalid"}
        }
      }
    },
    "/api/v1/exchanges/{exchange}/leverage": {
      "parameters": [{"name": "exchange", "in": "path", "required": true, "example": "mock",
        "schema": {"$ref": "#/components/schemas/PluginName"}}],
      "post": {
        "tags": ["fks"], "operationId": "setLeverage",
        "summary": "Set by how much positions of an instrument are leveraged.",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
          "type": "object", "required": ["symbol", "leverage"], "properties": {
            "symbol": {"$ref": "#/components/schemas/Symbol"},
            "leverage": {"type": "integer", "minimum": 1, "maximum": 125},
            "category": {"type": ["string", "null"], "description": "Not looked at."}}}}}},
        "responses": {
          "200": {"description": "The venue has set it.", "content": {"application/json": {
            "schema": {"type": "object",
              "required": ["success", "exchange", "symbol", "leverage", "error"],
              "properties": {"success": {"const": true}, "exchange": {"type": "string"},
                "symbol": {"type": "string"}, "leverage": {"type": "integer"},
                "error": {"type": "null"}}}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "501": {"$ref": "#/components/responses/NoLeverage"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/execute/signal": {
      "get": {
        "tags": ["fks"], "operationId": "demonstrateSignal",
        "summary": "The five figures of a demonstration. Never places an order.",
        "responses": {
          "200": {"$ref": "#/components/responses/Demonstration"},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"}
        }
      },
      "post": {
        "tags": ["fks"], "operationId": "demonstrateSignalOf",
        "summary": "The same for prices of the caller's. Never places an order.",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
          "type": "object", "properties": {
            "symbol": {"type": ["string", "null"]},
            "prices": {"type": ["array", "null"], "items": {"type": "number"}}}}}}},
        "responses": {
          "200": {"$ref": "#/components/responses/Demonstration"},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"}
        }
      }
    }
    """

  private static func execution(_ meaning: String) -> String {
    """
    {"description": "\(meaning)", "content": {"application/json": {
      "schema": {"$ref": "#/components/schemas/Execution"}}}}
    """
  }

  static let fksResponses = """
    "Demonstration": {"description": "The figures.", "content": {"application/json": {"schema": {
      "type": "object", "required": ["symbol", "rsi", "ema", "risk_allowance", "latency_ms"],
      "properties": {"symbol": {"type": "string"}, "rsi": {"type": "number"},
        "ema": {"type": "number"}, "risk_allowance": {"type": "number"},
        "latency_ms": {"type": "integer"}}}}}}
    """

  static let fksSchemas = """
    "Execution": {
      "type": "object", "required": ["success", "order_id", "filled_quantity", "average_price",
        "error", "timestamp"], "additionalProperties": false,
      "properties": {"success": {"type": "boolean"}, "order_id": {"type": ["string", "null"]},
        "filled_quantity": {"type": "number"}, "average_price": {"type": "number"},
        "error": {"type": ["string", "null"]},
        "timestamp": {"type": "integer", "description": "Unix milliseconds."}}
    },
    "ExchangePosition": {
      "type": "object", "required": ["symbol", "side", "size", "entry_price", "mark_price",
        "unrealized_pnl", "leverage", "margin"],
      "properties": {"symbol": {"type": "string"}, "side": {"enum": ["long", "short", "flat"]},
        "size": {"type": "number"}, "entry_price": {"type": "number"},
        "mark_price": {"type": ["number", "null"]}, "unrealized_pnl": {"type": ["number", "null"]},
        "leverage": {"type": ["integer", "null"]}, "margin": {"type": ["number", "null"]}}
    }
    """
}
