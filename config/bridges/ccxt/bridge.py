"""The bridge between FKS Execution and the exchanges that ccxt knows.

It speaks the contract of plugin processes (docs/PLUGINS.md), and takes the webhooks that the service
before it took. `python bridge.py` runs it; README.md says how to set it up.
"""
import asyncio
import hashlib
import json
import logging
import re
import socket
import sys
import time
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from desk import WEBHOOK_PREFIX, Desk
from memory import Memory
from settings import SettingsError, from_environment
from signature import is_signed, is_webhook_signed
from venue import Venue

# The longest time that a request may wait for news, and how long one may wait for the exchange's rules.
WAIT_MS_MAX = 12_000
LOAD_SECONDS = 10
# How old a webhook may be, and its largest body.
WEBHOOK_AGE_SECONDS = 300
BODY_BYTES_MAX = 64 * 1024

NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,18})?")
IDENTIFIER = re.compile(r"[!-~]{1,64}")


def make_app(settings):
    @asynccontextmanager
    async def lifespan(app):
        app.state.desk = Desk(Venue(settings), Memory(settings.data_file), settings.poll_seconds)
        app.state.desk.start()
        yield
        await app.state.desk.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def check(request: Request, call_next):
        """Lets nobody near the contract who does not have the secret."""
        body = await request.body()
        if len(body) > BODY_BYTES_MAX:
            return JSONResponse({"message": "The body is too large."}, 413)
        if request.url.path.startswith("/fks/"):
            target = request.scope["raw_path"].decode("latin-1")
            if request.scope["query_string"]:
                target += "?" + request.scope["query_string"].decode("latin-1")
            if not is_signed(settings.secret, request.method, target, body, request.headers):
                return JSONResponse({"message": "The signature is wrong, or the clock is."}, 401)
            if not await is_loaded(app.state.desk):
                return JSONResponse({"message": app.state.desk.trouble}, 503)
        return await call_next(request)

    add_contract(app)
    add_webhook(app, settings)
    return app


async def is_loaded(desk):
    """Whether the exchange's rules are known; right after the start that takes a moment."""
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            await desk.tried.wait()
    except TimeoutError:
        pass
    return desk.loaded.is_set()


def add_contract(app):
    desk = lambda: app.state.desk

    def unknown(error):
        return JSONResponse({"outcome": "unknown", "message": desk().venue.sentence(error)}, 502)

    @app.get("/fks/v1/describe")
    async def describe():
        return desk().venue.description()

    @app.get("/fks/v1/instruments")
    async def instruments():
        return {"instruments": desk().venue.instruments()}

    @app.get("/fks/v1/market")
    async def market(symbols: str = ""):
        try:
            return {"market": await desk().venue.market([s for s in symbols.split(",") if s])}
        except Exception as error:
            return unknown(error)

    @app.post("/fks/v1/orders")
    async def submit(request: Request):
        ask = json.loads(await request.body())
        if not is_order(ask):
            return JSONResponse({"message": "This is no order of the contract."}, 400)
        return await desk().submit(ask)

    @app.get("/fks/v1/orders")
    async def open_orders():
        try:
            return await desk().open_orders()
        except Exception as error:
            return unknown(error)

    @app.get("/fks/v1/orders/{order_id}")
    async def find(order_id: str, symbol: str, venue_order_id: str | None = None):
        if symbol not in desk().venue.pairs:
            return JSONResponse({"outcome": "unknown", "message": f"{symbol} is not traded here."})
        return await desk().find(order_id, symbol, venue_order_id)

    @app.delete("/fks/v1/orders/{order_id}")
    async def cancel(order_id: str, symbol: str, venue_order_id: str | None = None):
        if symbol not in desk().venue.pairs:
            return JSONResponse({"outcome": "unknown", "message": f"{symbol} is not traded here."})
        return await desk().cancel(order_id, symbol, venue_order_id)

    @app.get("/fks/v1/positions")
    async def positions():
        try:
            return {"positions": await desk().venue.positions()}
        except Exception as error:
            return unknown(error)

    @app.get("/fks/v1/balances")
    async def balances():
        try:
            return {"balances": await desk().venue.balances()}
        except Exception as error:
            return unknown(error)

    @app.get("/fks/v1/events")
    async def events(after: str | None = None, wait_ms: int = 0):
        seconds = max(0, min(wait_ms, WAIT_MS_MAX)) / 1000 if after else 0
        news = await desk().news(after, seconds)
        return news or JSONResponse({"message": "This cursor is not known any more."}, 410)


def is_order(ask):
    def is_number(value):
        return isinstance(value, str) and NUMBER.fullmatch(value) is not None

    return (
        isinstance(ask, dict)
        and isinstance(ask.get("client_order_id"), str)
        and IDENTIFIER.fullmatch(ask["client_order_id"]) is not None
        and isinstance(ask.get("symbol"), str)
        and ask.get("side") in ("BUY", "SELL")
        and isinstance(ask.get("type"), str)
        and ask.get("time_in_force") in ("GTC", "IOC", "FOK")
        and is_number(ask.get("quantity"))
        and (is_number(ask.get("price")) if ask.get("type") == "LIMIT" else not ask.get("price"))
    )


def add_webhook(app, settings):
    """What the service before this bridge offered to its callers."""

    @app.get("/health")
    async def health():
        return {
            "status": "healthy", "service": "fks-execution", "version": "3.0.0-ccxt", "contract": 1,
            "exchange": settings.exchange, "testnet": settings.testnet,
            "has_credentials": bool(settings.api_key),
        }  # fmt: skip

    @app.get("/ready")
    async def ready():
        trouble = app.state.desk.trouble
        return JSONResponse({"detail": trouble} if trouble else {"status": "ready"}, 503 if trouble else 200)

    @app.get("/ticker/{symbol:path}")
    async def ticker(symbol: str):
        desk = app.state.desk
        symbol = symbol_of(symbol)
        try:
            found = await desk.venue.market([symbol]) if symbol in desk.venue.pairs else []
        except Exception as error:
            return JSONResponse({"detail": desk.venue.sentence(error)}, 502)
        if not found:
            return JSONResponse({"detail": "There is no such symbol."}, 404)
        quote = found[0]
        return {"symbol": symbol, "last": float(quote["last"]), "timestamp": quote.get("quoted_at"),
                **{name: float(quote[side][0][0]) for name, side in (("bid", "bids"), ("ask", "asks"))
                   if quote.get(side)}}  # fmt: skip

    @app.post("/webhook/tradingview")
    async def webhook(request: Request):
        body = await request.body()
        if not is_webhook_signed(settings.secret, body, request.headers):
            return JSONResponse({"detail": "Invalid webhook signature"}, 401)
        try:
            ask, signal = read_webhook(body)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"detail": f"Invalid payload: {error}"}, 422)
        if signal["confidence"] < settings.min_confidence:
            return {"status": "ignored", "reason": "confidence below threshold"}
        if abs(time.time() - signal["timestamp"]) > WEBHOOK_AGE_SECONDS:
            return {"status": "ignored", "reason": "stale signal"}
        if not settings.api_key:
            return {"status": "dry_run", "message": "There is no key for the exchange.",
                    "signal": {"symbol": ask["symbol"], "action": ask["side"].lower()}}  # fmt: skip
        return webhook_answer(await app.state.desk.submit(ask), ask, settings)


def symbol_of(text):
    return re.sub(r"[-_/]", "", text).upper()


def read_webhook(body):
    """The order that a webhook asks for. One body is one order, however often it comes."""
    payload = json.loads(body, parse_float=str, parse_int=str)
    action = str(payload.get("action") or payload["side"]).upper()
    ask = {
        "client_order_id": WEBHOOK_PREFIX + hashlib.sha256(body).hexdigest()[:24],
        "symbol": symbol_of(payload["symbol"]), "side": action, "type": "MARKET",
        "time_in_force": "IOC", "quantity": payload["quantity"], "price": None,
    }  # fmt: skip
    if (payload.get("order_type") or "market") != "market":
        raise ValueError("only market orders are made of webhooks")
    if payload.get("stop_loss") or payload.get("take_profit"):
        raise ValueError("send stop_loss and take_profit to the gateway, which follows them")
    if not is_order(ask):
        raise ValueError("symbol, action and quantity are needed")
    timestamp = float(payload["timestamp"])
    return ask, {"confidence": float(payload["confidence"]),
                 "timestamp": timestamp / 1000 if timestamp >= 1e11 else timestamp}  # fmt: skip


def webhook_answer(answer, ask, settings):
    if answer["outcome"] == "accepted":
        order = answer["order"]
        filled = float(order["filled_quantity"])
        cost = sum(float(trade["quantity"]) * float(trade["price"]) for trade in order["trades"])
        return {
            "status": "executed", "order_id": order["venue_order_id"], "symbol": ask["symbol"],
            "action": ask["side"].lower(), "quantity": float(order["quantity"]),
            "position_size_usd": cost, "exchange": settings.exchange, "filled_quantity": filled,
            "average_price": cost / filled if filled and cost else 0.0,
        }  # fmt: skip
    if answer["outcome"] == "rejected":
        return {"status": "rejected", "reason": answer["message"]}
    return JSONResponse({"detail": answer["message"]}, 500)


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = from_environment()
        app = make_app(settings)
    except SettingsError as error:
        sys.exit(str(error))
    config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="on")
    listener = socket.create_server((settings.host, settings.port))
    network = "a test network" if settings.testnet else "REAL MONEY"
    print(
        f"The bridge listens on http://{settings.host}:{listener.getsockname()[1]} and trades on"
        f" {settings.exchange} ({settings.market_type}, {network}).",
        flush=True,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
