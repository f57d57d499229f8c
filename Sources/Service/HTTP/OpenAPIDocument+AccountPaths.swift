// The paths of positions, fills and balances, as JSON text. Schemas stand elsewhere.

extension OpenAPIDocument {
  static let accountPaths = """
    "/positions": {
      "get": {
        "tags": ["account"], "operationId": "listPositions",
        "summary": "List the positions of all instruments that were ever traded.",
        "responses": {
          "200": {"description": "The positions.", "content": {"application/json": {"schema": {
            "type": "object", "required": ["positions"], "properties": {"positions": {
              "type": "array", "items": {"$ref": "#/components/schemas/Position"}}}}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"}
        }
      }
    },
    "/positions/{symbol}": {
      "parameters": [{"$ref": "#/components/parameters/SymbolInPath"}],
      "get": {
        "tags": ["account"], "operationId": "showPosition", "summary": "Look at a position.",
        "responses": {
          "200": {"description": "The position, flat or not.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Position"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"}
        }
      }
    },
    "/positions/close": {
      "put": {
        "tags": ["account"], "operationId": "closePositions",
        "summary": "Close all positions, or those of a plugin or symbol.",
        "parameters": [{"$ref": "#/components/parameters/Symbol"},
          {"$ref": "#/components/parameters/Plugin"},
          {"$ref": "#/components/parameters/Exchange"}],
        "responses": \(bulkResponses)
      }
    },
    "/positions/{symbol}/close": {
      "parameters": [{"$ref": "#/components/parameters/SymbolInPath"}],
      "put": {
        "tags": ["account"], "operationId": "closePosition",
        "summary": "Close a position with a market order of its size.",
        "description": "Passes every limit, budget and open breaker.",
        "parameters": [
          {"$ref": "#/components/parameters/Plugin"}, {"$ref": "#/components/parameters/Exchange"}
        ],
        "responses": {
          "201": {"description": "The closing order.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/SubmittedOrder"}}}},
          "202": {"description": "Recorded; the venue has not answered yet.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SubmittedOrder"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "422": {"$ref": "#/components/responses/OrderRefused"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/fills": {
      "get": {
        "tags": ["account"], "operationId": "listFills", "summary": "List fills, newest first.",
        "parameters": [
          {"name": "order_id", "in": "query", "schema": {"type": "string", "format": "uuid"}},
          {"$ref": "#/components/parameters/Symbol"}, {"$ref": "#/components/parameters/Plugin"},
          {"$ref": "#/components/parameters/Exchange"}, {"$ref": "#/components/parameters/Limit"},
          {"name": "next", "in": "query",
            "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
            "description": "The next of the page before."}
        ],
        "responses": {
          "200": {"description": "A page.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/FillPage"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/balances": {
      "get": {
        "tags": ["account"], "operationId": "listBalances",
        "summary": "List the balances, as the venues state them now.",
        "responses": {
          "200": {"description": "The balances.", "content": {"application/json": {"schema": {
            "type": "object", "required": ["balances"], "properties": {"balances": {
              "type": "array", "items": {"$ref": "#/components/schemas/Balance"}}}}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/balances/{asset}": {
      "parameters": [{"name": "asset", "in": "path", "required": true, "example": "USDT",
        "schema": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"}}],
      "get": {
        "tags": ["account"], "operationId": "showBalance", "summary": "Look at a balance.",
        "responses": {
          "200": {"description": "The balance.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Balance"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    }
    """
}
