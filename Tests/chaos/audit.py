"""What has to be true after every fault.

The venue's own file is the truth: `mock.db` beside the store is written by the simulated exchange alone,
with its own commits. It is read here with another program, and compared with what the callers were told
and with what the service shows.
"""
import collections, json, sqlite3, time, uuid
from decimal import Decimal

from service import Broken

SETTLE_SECONDS = 30
UNDECIDED = ["RECEIVED", "SUBMITTING", "UNKNOWN", "PENDING_CANCEL"]
OPEN = {"WORKING", "PARTIALLY_FILLED"}
# Requests that had an answer are sent again after a fault, so many of the newest.
REPEATS = 20


class Findings:
    """The figures of one or more audits, and a sentence for everything that is wrong."""

    NAMES = ["acked", "venue", "known", "lost", "twice", "differ"]

    def __init__(self):
        self.rounds = self.acked = self.venue = self.known = self.lost = self.twice = self.differ = 0
        self.problems = []

    def add(self, other):
        self.rounds += other.rounds
        self.problems += other.problems
        for name in self.NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def note(self, kind, sentence):
        if kind:
            setattr(self, kind, getattr(self, kind) + 1)
        self.problems.append(sentence)

    def __str__(self):
        return (f"{self.acked} acknowledged, {self.venue} at the venue, {self.known} known; lost {self.lost}, "
                f"twice {self.twice}, differing {self.differ}")


class Ledger:
    """The venue's file, read when nobody writes it."""

    def __init__(self, path):
        file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            if file.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Broken("the venue's own file is damaged")
            rows = file.execute("SELECT order_id, is_open, body FROM mock_orders").fetchall()
            values = file.execute("SELECT kind, name, value FROM mock_values").fetchall()
        finally:
            file.close()
        self.orders = {str(uuid.UUID(bytes=bytes(key))): dict(json.loads(body), is_open=bool(is_open))
                       for key, is_open, body in rows}
        self.positions = {name: Decimal(value) for kind, name, value in values if kind == "position"}
        self.counter = next((int(value) for kind, _, value in values if kind == "counter"), 0)

    def held_back(self, symbol):
        """What of a symbol's trades was kept as a fee, in the base asset."""
        return Decimal(0)

    def filled(self, order):
        return sum((Decimal(fill["quantity"]) for fill in self.orders[order]["fills"]), Decimal(0))

    def sums(self):
        """Positions as the sum of the venue's fills."""
        sums = collections.defaultdict(Decimal)
        for key, order in self.orders.items():
            sums[order["symbol"]] += self.filled(key) * (1 if order["side"] == "BUY" else -1)
        return dict(sums)


def wait_for_outcomes(service, seconds=SETTLE_SECONDS):
    """No order may stay without an outcome: the venue is there and can be asked."""
    deadline = time.monotonic() + seconds
    connection = service.connect()
    try:
        while True:
            left = [state for state in UNDECIDED
                    if connection.ask("GET", f"/orders?status={state}&limit=1").json["orders"]]
            if not left:
                return
            if time.monotonic() > deadline:
                raise Broken(f"orders stay {', '.join(left)} for {seconds} s")
            time.sleep(0.02)
    finally:
        connection.close()


def pages(service, name):
    connection, following, everything = service.connect(), None, []
    try:
        while True:
            target = f"/{name}?limit=1000" + (f"&next={following}" if following else "")
            answer = connection.ask("GET", target)
            if answer.status != 200:
                raise Broken(f"{target} is answered with {answer.status}")
            everything += answer.json[name]
            following = answer.json.get("next")
            if following is None:
                return everything
    finally:
        connection.close()


def audit(service, client, acked_before=None, venue=None, settle_seconds=SETTLE_SECONDS):
    """Checks a service that was started after a fault, stops it, and checks its files. With
    `acked_before`, only what was answered until then must be there: the disk is of that moment. `venue`
    gives the ledger of another venue than the simulated exchange."""
    found = Findings()
    found.rounds = 1
    binding = {number: ack for number, ack in client.acks.items()
               if acked_before is None or ack[2] <= acked_before}
    found.acked = len(binding)
    wait_for_outcomes(service, settle_seconds)
    _repeat(service, client, binding, found)
    wait_for_outcomes(service, settle_seconds)
    orders = {order["order_id"]: order for order in pages(service, "orders")}
    found.known = len(orders)
    _check_promises(service, client, binding, orders, acked_before, found)
    fills = pages(service, "fills")
    positions = {entry["symbol"]: entry["quantity"] for entry in service.ask("GET", "/positions").json["positions"]}
    service.stop()
    ledger = venue() if venue else Ledger(service.data / "mock.db")
    _check_venue(client, ledger, orders, found)
    _check_sums(ledger, orders, fills, positions, found)
    status, text = service.tool("verify")
    if status != 0:
        found.note(None, f"verify is not content: {text.strip()[-300:]}")
    found.problems += client.surprises
    return found


def _repeat(service, client, binding, found):
    """Callers send again what was not answered, and some of what was."""
    connection = service.connect()
    for number in sorted(client.unanswered):
        answer = client.send(connection, number)
        if answer is None or answer.status not in (200, 201, 202) and number not in client.gone:
            found.note(None, f"request {number}, sent again, is answered with {answer and answer.status}")
    for number in sorted(set(binding) - client.doubtful)[-REPEATS:]:
        answer = connection.ask("POST", "/orders", *reversed(client.bodies[number]))
        if answer.status != 200 or answer.json["order_id"] != binding[number][0]:
            found.note("lost", f"request {number}, sent again, is answered with {answer.status}")
    connection.close()


def _check_promises(service, client, binding, orders, acked_before, found):
    connection = service.connect()
    for number, (order, told, _) in binding.items():
        answer = connection.ask("GET", f"/orders/{order}")
        if answer.status != 200 or order not in orders:
            found.note("lost", f"{order} was answered with {told} and is forgotten ({answer.status})")
        elif told in ("FILLED", "SETTLED") and answer.json["status"] not in ("FILLED", "SETTLED"):
            found.note("lost", f"{order} was answered with {told} and is {answer.json['status']}")
        elif told == "PARTIALLY_FILLED" and answer.json["filled_quantity"] == 0:
            found.note("lost", f"{order} was answered with {told} and has no fills")
        # 202 promises that it is recorded; any other promise is that the venue has it.
        elif answer.json["status"] == "REJECTED" and number not in client.doubtful:
            found.note("lost", f"{order} was answered with {told} and is {answer.json['state']}")
    for order, moment in client.canceled.items():
        if (acked_before is None or moment <= acked_before) and orders.get(order, {}).get("status") != "CANCELLED":
            found.note("lost", f"the cancel of {order} is forgotten")
    connection.close()


def _check_venue(client, ledger, orders, found):
    found.venue = len(ledger.orders)
    requests = collections.Counter()
    trades = 0
    for key, order in ledger.orders.items():
        requests[client.number_of(order["symbol"], order["quantity"])] += 1
        trades += len(order["fills"])
        shown = orders.get(key)
        if shown is None:
            found.note("lost", f"the venue has {key}, which the service does not know")
            continue
        if shown["filled_quantity"] != ledger.filled(key):
            found.note("differ", f"{key} filled {shown['filled_quantity']} here, {ledger.filled(key)} there")
        if order["is_open"] != (shown["state"] in OPEN):
            found.note("differ", f"{key} is {shown['state']} here, {order['status']} there")
    for number, count in requests.items():
        if count > 1:
            found.note("twice", f"request {number} is at the venue {count} times")
        if number in client.refused:
            found.note("differ", f"request {number} was turned away with 503 and is at the venue")
        if number not in client.bodies:
            found.note("twice", f"the venue has request {number}, which nobody sent")
    # The venue counts every order and every trade: a second submission under the same id, which would
    # take the place of the first, shows here.
    if ledger.counter != len(ledger.orders) + trades:
        found.note("twice", f"the venue counted {ledger.counter} and has {len(ledger.orders)} orders, {trades} trades")
    for key, order in orders.items():
        if key not in ledger.orders and (order["status"] not in ("REJECTED", "CANCELLED") or order["filled_quantity"]):
            found.note("differ", f"{key} is {order['state']} here and not at the venue")


def _check_sums(ledger, orders, fills, positions, found):
    sums = ledger.sums()
    own = collections.defaultdict(Decimal)
    trades = collections.Counter(fill["trade_id"] for fill in fills)
    for fill in fills:
        own[fill["symbol"]] += fill["quantity"] * (1 if fill["side"] == "BUY" else -1)
    for trade, count in trades.items():
        if count > 1:
            found.note("differ", f"trade {trade} counts {count} times")
    for symbol in set(sums) | set(positions) | set(own):
        values = [part.get(symbol, Decimal(0)) for part in (positions, own, sums, ledger.positions)]
        values[1] -= ledger.held_back(symbol)
        values[2] -= ledger.held_back(symbol)
        if len(set(values)) != 1:
            found.note("differ", f"{symbol}: position {values[0]}, fills {values[1]}, venue's fills {values[2]}, "
                       f"venue's position {values[3]}")
