"""An exchange of the tests' own in the place of ccxt's, and the bridge on it."""
import sys
from decimal import Decimal
from pathlib import Path

import ccxt.async_support as ccxt
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk import Desk
from memory import Memory
from settings import Settings
from venue import Venue

SECRET, KEY, KEY_SECRET = "the-shared-secret", "the-api-key", "the-api-secret"


class FakeExchange:
    """What ccxt's classes offer, as far as the bridge uses it."""

    precisionMode = ccxt.TICK_SIZE
    has = {"fetchOrderTrades": True, "fetchBidsAsks": True, "fetchOpenOrders": True, "fetchOrders": True}
    pair = "BTC/USDT"

    def __init__(self):
        self.orders, self.created, self.number = {}, [], str
        self.fault = None  # raised by the next create_order
        self.is_carried_out = False  # whether the order is there in spite of it
        self.fill = True
        self.markets = {self.pair: {
            "symbol": self.pair, "base": "BTC", "quote": "USDT", "spot": True, "swap": False,
            "active": True, "taker": "0.001", "precision": {"amount": "0.001", "price": "0.01"},
            "limits": {"amount": {"min": "0.001", "max": None}, "cost": {"min": "5"}, "price": {}},
        }}  # fmt: skip

    async def load_markets(self, reload=False):
        return self.markets

    async def close(self):
        pass

    def amount_to_precision(self, pair, amount):
        return str(Decimal(amount).quantize(Decimal("0.001"), rounding="ROUND_DOWN"))

    def price_to_precision(self, pair, price):
        return str(Decimal(price).quantize(Decimal("0.01"), rounding="ROUND_DOWN"))

    def place(self, kind, side, amount, price, params):
        order = {
            "id": str(len(self.orders) + 1), "clientOrderId": params["clientOrderId"], "symbol": self.pair,
            "side": side, "type": kind, "amount": amount, "price": price, "timestamp": 1_700_000_000_000,
            "filled": amount if self.fill else "0", "status": "closed" if self.fill else "open",
        }  # fmt: skip
        self.orders[order["id"]] = order
        return order

    async def create_order(self, pair, kind, side, amount, price, params):
        self.created.append(params["clientOrderId"])
        fault, self.fault = self.fault, None
        if fault is None or self.is_carried_out:
            order = self.place(kind, side, amount, price, params)
        if fault:
            raise fault
        return dict(order)

    async def cancel_order(self, order_id, pair, params):
        found = self.find(order_id, params)
        if found["status"] != "open":
            raise ccxt.OrderNotFound("Unknown order sent.")
        found["status"] = "canceled"

    def find(self, order_id, params):
        for order in self.orders.values():
            if order["id"] == order_id or order["clientOrderId"] == params.get("clientOrderId"):
                return order
        raise ccxt.OrderNotFound("Order does not exist.")

    async def fetch_order(self, order_id, pair, params={}):
        return dict(self.find(order_id, params))

    async def fetch_open_orders(self, pair=None):
        return [dict(order) for order in self.orders.values() if order["status"] == "open"]

    async def fetch_order_trades(self, order_id, pair):
        filled = self.orders[order_id]["filled"]
        return [] if filled == "0" else [{
            "id": "T" + order_id, "order": order_id, "amount": filled, "price": "67500.10",
            "timestamp": 1_700_000_000_001, "takerOrMaker": "taker",
            "fee": {"cost": "0.0001", "currency": "BTC"},
        }]  # fmt: skip

    async def fetch_bids_asks(self, pairs=None):
        return {self.pair: {"symbol": self.pair, "bid": "67499.99", "ask": "67500.01", "bidVolume": "1",
                            "askVolume": "2", "timestamp": 1_700_000_000_000}}  # fmt: skip

    async def fetch_balance(self):
        return {"BTC": {"free": "1.5", "used": "0.5", "total": "2.0"}, "total": {"BTC": "2.0", "ETH": "0"},
                "ETH": {"free": "0", "used": "0", "total": "0"}, "info": {}}  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    return Settings(secret=SECRET, api_key=KEY, api_secret=KEY_SECRET, data_file=str(tmp_path / "bridge.db"))


@pytest.fixture
def exchange(monkeypatch):
    fake = FakeExchange()
    real = Venue.__init__

    def init(self, settings):
        real(self, settings)
        self.exchange = fake

    monkeypatch.setattr(Venue, "__init__", init)
    return fake


@pytest.fixture
def open_desk(settings, exchange):
    """Makes a desk on the same exchange and the same file, as after a restart."""

    async def make():
        desk = Desk(Venue(settings), Memory(settings.data_file), 0.01)
        await desk.venue.load()
        desk.trouble = None
        return desk

    return make


def order(order_id="id-1", **changes):
    return {"client_order_id": order_id, "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET",
            "time_in_force": "IOC", "quantity": "0.5", "price": None, **changes}  # fmt: skip
