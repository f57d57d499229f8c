// The paths of subscriptions to reports, as JSON text, with their schemas.

extension OpenAPIDocument {
  static let subscriptionPaths = """
    "/api/v1/subscriptions": {
      "post": {
        "tags": ["reports"], "operationId": "subscribe",
        "summary": "Have events reported to a URL, each at least once and in order.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/SubscriptionInput"}}}},
        "responses": {
          "201": {"description": "The subscription, with the key of its signatures.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/Subscription"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "409": {"$ref": "#/components/responses/TooManySubscriptions"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          \(subscriptionErrors)
        }
      },
      "get": {
        "tags": ["reports"], "operationId": "listSubscriptions", "summary": "List subscriptions.",
        "responses": {
          "200": {"description": "The subscriptions.", "content": {"application/json": {"schema": {
            "type": "object", "required": ["subscriptions"], "properties": {"subscriptions": {
              "type": "array", "items": {"$ref": "#/components/schemas/Subscription"}}}}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          \(subscriptionErrors)
        }
      }
    },
    "/api/v1/subscriptions/{id}": {
      "parameters": [{"$ref": "#/components/parameters/SubscriptionID"}],
      "get": {
        "tags": ["reports"], "operationId": "showSubscription",
        "summary": "Look at a subscription, how far it has come and what was refused.",
        "responses": {
          "200": {"description": "The subscription.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Subscription"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "404": {"$ref": "#/components/responses/NotFound"},
          \(subscriptionErrors)
        }
      },
      "delete": {
        "tags": ["reports"], "operationId": "unsubscribe", "summary": "End a subscription.",
        "responses": {
          "204": {"description": "It is gone."},
          "400": {"$ref": "#/components/responses/Malformed"},
          "404": {"$ref": "#/components/responses/NotFound"},
          \(subscriptionErrors)
        }
      }
    },
    "/api/v1/subscriptions/{id}/replay": {
      "parameters": [{"$ref": "#/components/parameters/SubscriptionID"}],
      "post": {
        "tags": ["reports"], "operationId": "replayReports",
        "summary": "Report again what came after an event, or what was refused.",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
          "type": "object", "properties": {
            "after": {"type": ["string", "null"]},
            "dead_letters": {"type": ["boolean", "null"]}}}}}},
        "responses": {
          "202": {"description": "It begins.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Subscription"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          \(subscriptionErrors)
        }
      }
    }
    """

  private static let subscriptionErrors = """
    "401": {"$ref": "#/components/responses/Unauthenticated"},
    "403": {"$ref": "#/components/responses/Forbidden"},
    "501": {"$ref": "#/components/responses/ReportsOff"},
    "503": {"$ref": "#/components/responses/Unavailable"}
    """

  static let subscriptionParameters = """
    "SubscriptionID": {"name": "id", "in": "path", "required": true, "example": "1f0c9a3be2d45678",
      "schema": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"}}
    """

  static let subscriptionSchemas = """
    "SubscriptionInput": {
      "type": "object", "required": ["url"],
      "properties": {
        "url": {"type": "string", "maxLength": 2048, "examples": ["https://app.example.com/fks"]},
        "types": {"type": ["array", "null"], "minItems": 1,
          "items": {"enum": ["order", "fill", "trading_state"]}},
        "plugin": {"$ref": "#/components/schemas/OptionalPluginName"},
        "symbol": {"type": ["string", "null"], "minLength": 1},
        "strategy_id": {"$ref": "#/components/schemas/OptionalLabel"},
        "after": {"type": ["string", "null"],
          "description": "The id of the event to begin after; 0 for all, the end if left out."}
      }
    },
    "Subscription": {
      "type": "object", "required": ["subscription_id", "url", "types", "plugin", "symbol",
        "strategy_id", "created_at", "place", "last_number", "dead_letters_count", "problem"],
      "properties": {
        "subscription_id": {"type": "string"}, "url": {"type": "string"},
        "types": {"type": "array", "items": {"type": "string"}},
        "plugin": {"type": ["string", "null"]}, "symbol": {"type": ["string", "null"]},
        "strategy_id": {"type": ["string", "null"]},
        "created_at": {"type": "string", "format": "date-time"},
        "place": {"type": "string", "description": "Up to here all was taken or given up."},
        "last_number": {"type": "integer"}, "dead_letters_count": {"type": "integer"},
        "problem": {"type": ["string", "null"], "description": "Why the newest was not taken."},
        "secret": {"type": "string", "description": "The key of the signatures; when it is made."},
        "dead_letters": {"type": "array", "items": {"type": "object",
          "required": ["number", "id", "status", "at"], "properties": {
            "number": {"type": "integer"}, "id": {"type": "string"},
            "status": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}}}},
        "lost_letters": {"type": "integer", "description": "Older ones that are not kept."}
      }
    }
    """
}
