// The paths of orders and of what follows from them, as JSON text. Schemas stand elsewhere.

extension OpenAPIDocument {
  static let orderPaths = """
    "/orders": {
      "post": {
        "tags": ["orders"], "operationId": "submitOrder", "summary": "Submit an order.",
        "description": "Sent to the venue at most once. A repetition under the same \
    Idempotency-Key, client_order_id or signal_id gets the first order's answer.",
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/NewOrder"}}}},
        "responses": {
          "200": {"description": "The order of an earlier, equal request under the same key.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SubmittedOrder"}}}},
          "201": {"description": "A new order: filled or working at its venue, or ended there.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SubmittedOrder"}}}},
          "202": {"description": "Recorded; the venue has not answered yet. GET /orders/{id}.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SubmittedOrder"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "409": {"$ref": "#/components/responses/IdempotencyConflict"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/OrderRefused"},
          "429": {"$ref": "#/components/responses/RateLimited"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      },
      "get": {
        "tags": ["orders"], "operationId": "listOrders", "summary": "List orders, newest first.",
        "parameters": [
          {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/StatusFilter"},
            "description": "An outward status or a state, in any case."},
          {"$ref": "#/components/parameters/Symbol"},
          {"name": "side", "in": "query", "schema": {"$ref": "#/components/schemas/SideInput"}},
          {"name": "strategy_id", "in": "query", "schema": {"$ref": "#/components/schemas/Label"}},
          {"$ref": "#/components/parameters/Plugin"}, {"$ref": "#/components/parameters/Exchange"},
          {"name": "parent_order_id", "in": "query",
            "schema": {"type": "string", "format": "uuid"},
            "description": "The protective orders of this one."},
          {"name": "since", "in": "query", "schema": {"$ref": "#/components/schemas/Moment"},
            "description": "Orders received then or later."},
          {"name": "until", "in": "query", "schema": {"$ref": "#/components/schemas/Moment"},
            "description": "Orders received before."},
          {"$ref": "#/components/parameters/Limit"},
          {"name": "next", "in": "query", "schema": {"type": "string", "format": "uuid"},
            "description": "The next of the page before."}
        ],
        "responses": {
          "200": {"description": "A page.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/OrderPage"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      },
      "delete": {
        "tags": ["orders"], "operationId": "cancelOrders",
        "summary": "Cancel all orders that the filters pick.",
        "description": "Protective orders stay, unless protective is true.",
        "parameters": [
          {"$ref": "#/components/parameters/Symbol"},
          {"name": "side", "in": "query", "schema": {"$ref": "#/components/schemas/SideInput"}},
          {"name": "strategy_id", "in": "query", "schema": {"$ref": "#/components/schemas/Label"}},
          {"$ref": "#/components/parameters/Plugin"}, {"$ref": "#/components/parameters/Exchange"},
          {"name": "protective", "in": "query", "schema": {"type": "boolean"}}
        ],
        "responses": \(bulkResponses)
      }
    },
    \(bulkPaths),
    "/orders/{id}": {
      "parameters": [{"$ref": "#/components/parameters/OrderID"}],
      "get": {
        "tags": ["orders"], "operationId": "showOrder", "summary": "Look at an order.",
        "responses": {
          "200": {"description": "The order.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      },
      "put": {
        "tags": ["orders"], "operationId": "replaceOrder",
        "summary": "Change the quantity or a price of an order.",
        "description": "In place where the venue can; else the order is cancelled, and what is \
    left goes out as a new one when the venue has said that the first is gone.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/OrderChange"}}}},
        "responses": {
          "200": {"description": "The order as it is now, or the one that took its place.",
            "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
          "202": {"description": "The venue has not answered yet.", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "409": {"$ref": "#/components/responses/NotChanged"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/OrderRefused"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      },
      "delete": {\(cancelOperation(id: "deleteOrder"))}
    },
    "/orders/{id}/cancel": {
      "parameters": [{"$ref": "#/components/parameters/OrderID"}],
      "put": {\(cancelOperation(id: "cancelOrder"))}
    },
    "/orders/{id}/outcome": {
      "parameters": [{"$ref": "#/components/parameters/OrderID"}],
      "put": {
        "tags": ["orders"], "operationId": "stateOutcome",
        "summary": "State what became of an order at a venue that never tells.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/StatedOutcome"}}}},
        "responses": {
          "200": {"description": "The order as it is now.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
          "202": {"description": "Not recorded yet.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "409": {"$ref": "#/components/responses/NotChanged"},
          "413": {"$ref": "#/components/responses/TooLarge"},
          "422": {"$ref": "#/components/responses/Invalid"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    },
    \(trailPath),
    "/orders/{id}/events": {
      "parameters": [{"$ref": "#/components/parameters/OrderID"}],
      "get": {
        "tags": ["orders"], "operationId": "listOrderEvents",
        "summary": "All that happened to an order, from the journal.",
        "responses": {
          "200": {"description": "The events, oldest first.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/OrderEvents"}}}},
          "400": {"$ref": "#/components/responses/Malformed"},
          "401": {"$ref": "#/components/responses/Unauthenticated"},
          "403": {"$ref": "#/components/responses/Forbidden"},
          "404": {"$ref": "#/components/responses/NotFound"},
          "503": {"$ref": "#/components/responses/Unavailable"}
        }
      }
    }
    """

  private static func cancelOperation(id: String) -> String {
    """
    "tags": ["orders"], "operationId": "\(id)", "summary": "Cancel an order.",
    "description": "Passes every limit, budget and open breaker. What is filled stays filled.",
    "responses": {
      "200": {"description": "The order is cancelled.", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
      "202": {"description": "The venue has not answered the cancel yet.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ShownOrder"}}}},
      "400": {"$ref": "#/components/responses/Malformed"},
      "401": {"$ref": "#/components/responses/Unauthenticated"},
      "403": {"$ref": "#/components/responses/Forbidden"},
      "404": {"$ref": "#/components/responses/NotFound"},
      "409": {"$ref": "#/components/responses/NotCancelled"},
      "503": {"$ref": "#/components/responses/Unavailable"}
    }
    """
  }
}
