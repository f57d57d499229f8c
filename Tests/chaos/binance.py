"""Kills and lost answers on Binance's stand-in, a process of its own whose books are the truth.

What it is asked to lose, late or half, is one request each time, as on a bad day at a real venue.
"""
import collections, json, random, subprocess, time, urllib.parse, urllib.request
from decimal import Decimal

from audit import Ledger, audit
from callers import Client, Load
from service import ROOT, Broken, Service, fresh_data, free_port, later, scratch
from world import IMPATIENT, end, until

STAND_IN = ROOT / ".build/release/stand-in"
# What the account has at the start, without the quote asset.
HOLDINGS = {"BTC": Decimal(10), "ETH": Decimal(100)}
ACCIDENTS = ["lost_answer", "lost_request", "half_answer", "late", "unknown", "overloaded"]
COMMANDS = ["POST", "POST", "POST", "DELETE"]
ACCIDENTS_PER_LIFE = 8
ACCIDENT_PAUSE_SECONDS = 0.01
PAUSE_SECONDS = (0.0, 0.15)
# So few that the account does not run dry.
ORDERS_PER_LIFE = 120
# An order that was lost on the way is looked for until the venue would show it for certain.
SETTLE_SECONDS = 90
WEIGHT = 1_000_000_000


class StandIn:
    def __init__(self):
        self.address = f"http://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self.process = subprocess.Popen([STAND_IN, port, str(WEIGHT)], stdout=subprocess.DEVNULL)
        later(self.process.kill)
        until(self.is_there, "the stand-in")

    def is_there(self):
        try:
            self._ask("/api/v3/time")
            return True
        except OSError:
            return False

    def _ask(self, path, query=None):
        data = b"" if query else None
        target = self.address + path + ("?" + urllib.parse.urlencode(query) if query else "")
        with urllib.request.urlopen(target, data=data, timeout=10) as answer:
            return answer.read()

    def have_accident(self, chance):
        self._ask("/stand-in/fault", dict(
            method=chance.choice(COMMANDS), path="/api/v3/order", kind=chance.choice(ACCIDENTS)))

    def set_price(self, symbol, price):
        self._ask("/stand-in/price", dict(symbol=symbol, price=price))

    def ledger(self):
        return Books(json.loads(self._ask("/stand-in/books")))

    @property
    def settings(self):
        return dict(
            IMPATIENT, PLUGINS="binance", BINANCE_SPOT_URL=self.address, BINANCE_API_KEY="stand-in-key",
            BINANCE_API_SECRET="stand-in-secret")


class Books(Ledger):
    """The stand-in's orders, trades and balances."""

    def __init__(self, books):
        ids = collections.Counter(order["client_order_id"] for order in books["orders"])
        self.orders = {order["client_order_id"]: order for order in books["orders"]}
        self.positions = {
            asset + "USDT": Decimal(books["balances"][asset]) - held for asset, held in HOLDINGS.items()}
        trades = sum(len(order["fills"]) for order in self.orders.values())
        # Orders of one id each; what is there twice is told by the difference.
        self.counter = sum(ids.values()) + trades

    def held_back(self, symbol):
        return sum(
            (Decimal(fill["fee"]) for order in self.orders.values() if order["symbol"] == symbol
             for fill in order["fills"] if symbol.startswith(fill["fee_asset"])), Decimal(0))


class StandInLoad(Load):
    """Callers of a service on a stand-in, whose prices move there."""

    def __init__(self, stand_in, *arguments, **options):
        self._stand_in = stand_in
        super().__init__(*arguments, **options)

    def _set_price(self, connection, symbol, price):
        self._stand_in.set_price(symbol, price)


def missing():
    """Why this cannot be tried; empty if it can."""
    return "" if STAND_IN.exists() else f"{STAND_IN} is not built"


def kills(count, seed):
    """So many kills at random moments among accidents of the venue; the figures as text."""
    stand_in, chance = StandIn(), random.Random(seed)
    home, client, starts, accidents = scratch(), Client(seed), [], 0
    data = fresh_data(home)
    for _ in range(count):
        service = Service(data, home, stand_in.settings)
        starts.append(service.ready_seconds)
        load = StandInLoad(stand_in, service, client, orders=ORDERS_PER_LIFE, stubborn=True)
        for _ in range(ACCIDENTS_PER_LIFE):
            stand_in.have_accident(chance)
            accidents += 1
            time.sleep(ACCIDENT_PAUSE_SECONDS)
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        service.kill()
        end(load)
    service = Service(data, home, stand_in.settings)
    found = audit(service, client, venue=stand_in.ledger, settle_seconds=SETTLE_SECONDS)
    if found.problems:
        raise Broken(f"{found}\n      " + "\n      ".join(found.problems[:10]))
    starts.sort()
    return f"{count} kills, {accidents} accidents: {found}; ready after {starts[len(starts) // 2]:.2f} s, at most {starts[-1]:.2f} s"
