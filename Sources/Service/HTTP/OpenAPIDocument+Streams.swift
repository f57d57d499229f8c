// The paths of the event streams and the schema of their events, as JSON text. OpenAPI has no words
// for a WebSocket; its path stands here with what a plain request gets.

extension OpenAPIDocument {
  static let streamPaths = """
    "/events": {
      "parameters": [\(streamParameters),
        {"name": "Last-Event-ID", "in": "header", "description": "Goes before last_event_id.",
          "schema": {"$ref": "#/components/schemas/EventID"}}],
      "get": {
        "tags": ["streams"], "operationId": "streamEvents",
        "summary": "Follow orders, fills, positions, the trading state and plugins.",
        "description": "Server-sent events without an end. Data is one StreamEvent. The stream \
    begins after the given id, or with the next event.",
        "responses": {
          "200": {"description": "The stream.", "content": {"text/event-stream": {
            "schema": {"type": "string"}}}},
          \(streamRefusals)
        }
      }
    },
    "/ws": {
      "parameters": [\(streamParameters)],
      "get": {
        "tags": ["streams"], "operationId": "streamEventsOverWebSocket",
        "summary": "The same over a WebSocket (RFC 6455).",
        "description": "Each text message is one StreamEvent, or a heartbeat with the id so far. \
    Other requests than a WebSocket handshake get 400.",
        "responses": {
          "101": {"description": "The connection is a WebSocket from here on."},
          \(streamRefusals)
        }
      }
    }
    """

  private static let streamParameters = """
    {"name": "types", "in": "query", "example": "order,fill",
      "description": "order, fill, trading_state, position, plugin, separated by commas; all if \
    left out.",
      "schema": {"type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$"}},
    {"$ref": "#/components/parameters/Plugin"}, {"$ref": "#/components/parameters/Symbol"},
    {"name": "strategy_id", "in": "query", "schema": {"$ref": "#/components/schemas/Label"}},
    {"name": "order_id", "in": "query", "schema": {"type": "string", "format": "uuid"}},
    {"name": "last_event_id", "in": "query", "schema": {"$ref": "#/components/schemas/EventID"},
      "description": "The id of the last event that was received; 0 is before the first."}
    """

  private static let streamRefusals = """
    "400": {"$ref": "#/components/responses/Malformed"},
    "401": {"$ref": "#/components/responses/Unauthenticated"},
    "403": {"$ref": "#/components/responses/Forbidden"},
    "422": {"$ref": "#/components/responses/Invalid"},
    "503": {"$ref": "#/components/responses/Unavailable"}
    """

  static let streamSchemas = """
    "EventID": {"type": "string", "pattern": "^[0-9]+([.][0-9]+)?$",
      "description": "A row of the journal and a place in it; the row alone is its end."},
    "StreamEvent": {
      "type": "object", "required": ["type"],
      "description": "An event of the journal has id, sequence, timestamp, event and its facts, in \
    the words of GET /orders/{id}/events. A position or plugin is a state and has no id.",
      "properties": {
        "type": {"enum": ["order", "fill", "trading_state", "position", "plugin", "heartbeat"]},
        "id": {"$ref": "#/components/schemas/EventID"},
        "sequence": {"type": "integer"},
        "timestamp": {"type": "string", "format": "date-time"},
        "event": {"type": "string"},
        "order_id": {"type": "string", "format": "uuid"},
        "client_order_id": {"$ref": "#/components/schemas/Text"},
        "plugin": {"type": "string"},
        "symbol": {"type": "string"},
        "strategy_id": {"$ref": "#/components/schemas/Text"}
      }
    }
    """
}
