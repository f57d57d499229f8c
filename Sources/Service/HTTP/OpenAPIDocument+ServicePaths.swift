// The paths of plugins, of the simulated exchange's levers and of health, as JSON text. Schemas
// stand elsewhere.

extension OpenAPIDocument {
  static let pluginPaths = """
    "/api/v1/plugins": {
      "get": {
        "tags": ["plugins"], "operationId": "listPlugins", "summary": "List the plugins.",
        "responses": {
          "200": {"description": "The plugins.", "content": {"application/json": {"schema": {
            "type": "object", "required": ["plugins"], "properties": {"plugins": {
              "type": "array", "items": {"$ref": "#/components/schemas/Plugin"}},
              "problems": {"type": "array", "description": "Files that cannot be used.",
                "items": {"type": "object", "required": ["file", "error"], "properties": {
                  "file": {"type": "string"}, "error": {"type": "string"}}}}}}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"}
        }
      }
    },
    "/api/v1/plugins/{name}": {
      "parameters": [{"name": "name", "in": "path", "required": true, "example": "mock",
        "schema": {"$ref": "#/components/schemas/PluginName"}}],
      "get": {
        "tags": ["plugins"], "operationId": "showPlugin", "summary": "Look at a plugin.",
        "responses": {
          "200": {"description": "The plugin.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Plugin"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"}
        }
      },
      "put": {
        "tags": ["plugins"], "operationId": "setPlugin",
        "summary": "Enable or disable a plugin, or make it the default.",
        "description": "A disabled plugin opens nothing more: cancels, closes and orders that make \
    a position smaller pass. It stays disabled over a restart; the default is that of the settings \
    again after one.",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
          "type": "object", "properties": {
            "enabled": {"type": ["boolean", "null"]}, "default": {"type": ["boolean", "null"]},
            "reason": {"type": ["string", "null"], "minLength": 1, "maxLength": 500}}}}}},
        "responses": {
          "200": {"description": "As it is now.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Plugin"}}}},
          "202": {"description": "In force, and not durable yet.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Plugin"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "409": {"$ref": "#/components/responses/PluginHalted"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/market/{symbol}": {
      "parameters": [
        {"$ref": "#/components/parameters/SymbolInPath"},
        {"$ref": "#/components/parameters/Plugin"}, {"$ref": "#/components/parameters/Exchange"}
      ],
      "get": {
        "tags": ["plugins"], "operationId": "showMarket",
        "summary": "Look at the market of an instrument, as the venue tells it now.",
        "responses": {
          "200": {"description": "The market.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Market"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    "/api/v1/mock/prices/{symbol}": {
      "parameters": [
        {"$ref": "#/components/parameters/SymbolInPath"}, {"$ref": "#/components/parameters/Plugin"}
      ],
      "put": {
        "tags": ["plugins"], "operationId": "setMockPrice",
        "summary": "Move a price of the simulated exchange and trade what it reaches.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/MockPriceInput"}}}},
        "responses": {
          "200": {"description": "The price is set.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/MockPrice"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"}
        }
      }
    },
    "/api/v1/mock/faults": {
      "parameters": [{"$ref": "#/components/parameters/Plugin"}],
      "put": {
        "tags": ["plugins"], "operationId": "setMockFaults",
        "summary": "Ask the simulated exchange for faults. Counts that are left out become 0.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/MockFaultsInput"}}}},
        "responses": {
          "200": {"description": "The faults that are still to happen.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/MockFaults"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"}
        }
      }
    }
    """

  static let healthPaths = """
    "/health": {"get": {\(health(id: "health"))}},
    "/api/v1/health": {"get": {\(health(id: "healthAlias"))}},
    "/live": {"get": {\(live(id: "live"))}},
    "/health/live": {"get": {\(live(id: "liveAlias"))}},
    "/ready": {"get": {\(ready(id: "ready"))}},
    "/health/ready": {"get": {\(ready(id: "readyAlias"))}},
    "/metrics": {
      "get": {
        "tags": ["health"], "operationId": "metrics", "summary": "Metrics for Prometheus.",
        "security": [],
        "responses": {
          "200": {"description": "The text format 0.0.4.",
            "content": {"text/plain": {"schema": {"type": "string"}}}},
          "400": {"$ref": "#/components/responses/Malformed"}
        }
      }
    },
    "/openapi.json": {
      "get": {
        "tags": ["health"], "operationId": "openapi", "summary": "This document.", "security": [],
        "responses": {
          "200": {"description": "OpenAPI 3.1.",
            "content": {"application/json": {"schema": {"type": "object"}}}},
          "400": {"$ref": "#/components/responses/Malformed"}
        }
      }
    }
    """

  private static func health(id: String) -> String {
    """
    "tags": ["health"], "operationId": "\(id)", "security": [],
    "summary": "How the service is, for people and monitors. 200 as long as it can answer.",
    "responses": {
      "200": {"description": "healthy or degraded.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Health"}}}},
      "400": {"$ref": "#/components/responses/Malformed"}
    }
    """
  }

  private static func live(id: String) -> String {
    """
    "tags": ["health"], "operationId": "\(id)", "security": [],
    "summary": "Whether the process works: if this is not answered, restart it.",
    "responses": {
      "200": {"description": "It works.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Live"}}}},
      "400": {"$ref": "#/components/responses/Malformed"}
    }
    """
  }

  private static func ready(id: String) -> String {
    """
    "tags": ["health"], "operationId": "\(id)", "security": [],
    "summary": "Whether orders are taken.",
    "responses": {
      "200": {"description": "Orders are taken.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Ready"}}}},
      "400": {"$ref": "#/components/responses/Malformed"},
      "503": {"description": "Orders would be refused; the reasons say why.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ready"}}}}
    }
    """
  }
}
