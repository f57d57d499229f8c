// The paths of the trading state and their schemas, as JSON text.

extension OpenAPIDocument {
  static let tradingStatePaths = """
    "/trading-state": {
      "get": {
        "tags": ["control"], "operationId": "showTradingState",
        "summary": "Look at what may be sent.",
        "responses": {
          "200": {"description": "The state of the service, and of every scope that had one set.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/TradingStates"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"}
        }
      },
      "put": {
        "tags": ["control"], "operationId": "setTradingState",
        "summary": "Halt trading, let it reduce positions only, or let it go on.",
        "description": "A stricter state is in force at once, a looser one when it is durable.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/TradingStateInput"}}}},
        "responses": {
          "200": {"description": "In force, and durable.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/SetTradingState"}}}},
          "202": {"description": "In force; the store cannot record it now.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SetTradingState"}}}},
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

  static let tradingStateSchemas = """
    "TradingStateInput": {
      "type": "object", "required": ["state", "reason"],
      "properties": {
        "state": {"enum": ["ACTIVE", "REDUCING", "HALTED"]},
        "reason": {"type": "string", "minLength": 1, "maxLength": 500},
        "plugin": {"$ref": "#/components/schemas/Text"},
        "strategy_id": {"$ref": "#/components/schemas/Text"},
        "symbol": {"$ref": "#/components/schemas/Text"}
      }
    },
    "TradingStateChange": {
      "type": "object", "required": ["scope", "state", "reason", "author", "changed_at"],
      "properties": {
        "scope": {"type": "string"}, "state": {"enum": ["ACTIVE", "REDUCING", "HALTED"]},
        "reason": {"type": "string"}, "author": {"type": "string"},
        "changed_at": {"type": "string", "format": "date-time"}
      }
    },
    "SetTradingState": {
      "allOf": [{"$ref": "#/components/schemas/TradingStateChange"}],
      "required": ["success", "durable"],
      "properties": {"success": {"const": true}, "durable": {"type": "boolean"}}
    },
    "TradingStates": {
      "type": "object", "required": ["state", "scopes"],
      "properties": {
        "state": {"enum": ["ACTIVE", "REDUCING", "HALTED"]},
        "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/TradingStateChange"}}
      }
    }
    """
}
