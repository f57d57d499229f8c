// The paths of webhooks and what they answer, as JSON text.

extension OpenAPIDocument {
  static let webhookPaths = """
    "/webhook/tradingview": {"post": \(webhook("sendAlert", "Trade an alert."))},
    "/webhook/tradingview/{token}": {
      "parameters": [{"name": "token", "in": "path", "required": true,
        "description": "The secret part of a source's address.",
        "schema": {"type": "string", "minLength": 16}}],
      "post": \(webhook("sendAlertToSource", "Trade an alert of a source of its own."))
    }
    """

  /// The operation is open to all, because it has secrets of its own.
  private static func webhook(_ id: String, _ summary: String) -> String {
    """
    {
      "tags": ["webhooks"], "operationId": "\(id)", "summary": "\(summary)", "security": [],
      "description": "docs/WEBHOOKS.md tells what alerts may hold; text/plain is read as JSON too. \
    Proved by the field secret, by X-Webhook-Signature (HMAC-SHA256 of the body, hexadecimal) or \
    by the address.",
      "parameters": [
        {"name": "X-Webhook-Signature", "in": "header", "schema": {"type": "string"}},
        {"name": "X-Webhook-Timestamp", "in": "header", "schema": {"type": "string"},
          "description": "Unix seconds that were signed before the body, with a point between."}
      ],
      "requestBody": {"required": true, "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Alert"}}}},
      "responses": {
        "200": \(answer("Traded, or ignored for a reason that is no fault.")),
        "202": \(answer("Recorded; the venue has not answered yet. GET /orders/{id}.")),
        "400": \(answer("The body is no JSON.")),
        "401": \(answer("The signature, the secret or the token is wrong.")),
        "403": \(answer("The address is not allowed, or there is no secret yet.")),
        "409": \(answer("The alert_id was used for another alert.")),
        "413": {"$ref": "#/components/responses/TooLarge"},
        "422": \(answer("Invalid, denied by a limit or rejected by the venue.")),
        "429": \(answer("More alerts than RATE_LIMIT_REQUESTS.")),
        "503": \(answer("Not now; sending it again is safe."))
      }
    }
    """
  }

  private static func answer(_ meaning: String) -> String {
    """
    {"description": "\(meaning)", "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/AlertAnswer"}}}}
    """
  }

  static let webhookSchemas = """
    "Alert": {
      "type": "object",
      "properties": {
        "action": {"enum": ["buy", "sell", "close", "flat", "reverse", "heartbeat"]},
        "symbol": {"type": ["string", "null"]},
        "strategy": {"$ref": "#/components/schemas/OptionalLabel"},
        "quantity": {"$ref": "#/components/schemas/OptionalMoney"},
        "price": {"$ref": "#/components/schemas/OptionalMoney"},
        "stop_loss": {"$ref": "#/components/schemas/OptionalMoney"},
        "take_profit": {"$ref": "#/components/schemas/OptionalMoney"},
        "confidence": {"$ref": "#/components/schemas/OptionalMoney"},
        "position_size": {"$ref": "#/components/schemas/OptionalMoney"},
        "alert_id": {"$ref": "#/components/schemas/OptionalLabel"},
        "secret": {"description": "A text; looked at only where the source has a secret."}
      },
      "examples": [{"action": "buy", "symbol": "BINANCE:BTCUSDT", "quantity": 0.001}]
    },
    "AlertAnswer": {
      "type": "object", "required": ["success", "order_id", "error", "status", "request_id"],
      "properties": {
        "success": {"type": "boolean"},
        "order_id": {"type": ["string", "null"], "format": "uuid"},
        "error": {"type": ["string", "null"], "description": "One sentence that says what to do."},
        "status": {"enum": ["executed", "accepted", "pending", "ended", "ignored", "heartbeat",
          "error"]},
        "code": {"type": ["string", "null"]},
        "detail": {"type": "string"}, "reason": {"type": "string"},
        "message": {"type": ["string", "null"]},
        "duplicate": {"type": "boolean", "description": "Whether an earlier alert made the order."},
        "action": {"type": "string"}, "symbol": {"type": "string"},
        "side": {"enum": ["BUY", "SELL"]}, "order_type": {"type": "string"},
        "exchange": {"type": "string"}, "mode": {"enum": ["live", "paper", "mock"]},
        "exchange_order_id": {"$ref": "#/components/schemas/Text"},
        "quantity": {"type": "number"}, "filled_quantity": {"type": "number"},
        "average_price": {"type": "number"},
        "position_size_usd": {"$ref": "#/components/schemas/Number"},
        "order_status": {"$ref": "#/components/schemas/Status"},
        "state": {"$ref": "#/components/schemas/State"},
        "timestamp": {"type": "string", "format": "date-time"},
        "field": {"type": "string"}, "placeholder": {"type": "string"},
        "value": {"type": "string"}, "limit": {"type": "string"},
        "request_id": {"type": "string"}
      }
    }
    """
}
