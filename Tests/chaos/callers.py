"""Callers of the service and what they were promised.

Every order of a world has a number, and with it a quantity that no other order has. So the venue's own
file tells which request an order at the venue came from, whatever the service says about it.
"""
import random, threading, time
from decimal import Decimal

# Symbol, lot step, market price, resting bid, resting offer. The first quantity is above the venue's
# smallest order.
MARKETS = [("BTCUSDT", Decimal("0.00001"), 67500, 65000, 70000), ("ETHUSDT", Decimal("0.0001"), 3500, 3300, 3700)]
FIRST_LOTS = 100
REFUSAL_PAUSE_SECONDS = 0.02


class Client:
    """The memory of all callers over all lives of one service."""

    def __init__(self, seed):
        self.seed, self.lock, self.count = seed, threading.Lock(), 0
        self.random = random.Random(seed)
        self.bodies = {}  # number -> (headers, body)
        self.acks = {}  # number -> (order id, status, time of the answer)
        self.canceled = {}  # order id -> time of the answer
        self.unanswered = set()
        self.refused = set()  # numbers that were turned away: nothing may have come of them
        self.refusals = []  # (time, status, code)
        self.surprises = []
        self.gone = set()  # numbers that were recorded, never reached the venue, and ended for that
        self.doubtful = set()  # numbers answered with 202: recorded, but perhaps never at the venue

    def new_order(self):
        """A number that was not used before, with its request."""
        with self.lock:
            number, self.count = self.count, self.count + 1
            symbol, step, _, bid, offer = MARKETS[number // 2 % len(MARKETS)]
            body = {"symbol": symbol, "side": self.random.choice(["BUY", "SELL"]),
                    "quantity": str((FIRST_LOTS + number) * step)}
            if self.random.random() < 0.5:
                body["order_type"] = "MARKET"
            else:
                body.update(order_type="LIMIT", price=bid if body["side"] == "BUY" else offer)
            headers = {}
            if number % 2:
                headers["Idempotency-Key"] = f"key-{self.seed}-{number}"
            else:
                body["client_order_id"] = f"client-{self.seed}-{number}"
            self.bodies[number] = (headers, body)
            return number

    def number_of(self, symbol, quantity):
        """Which request an order at the venue came from."""
        for name, step, *_ in MARKETS:
            if name == symbol:
                return int(Decimal(quantity) / step) - FIRST_LOTS
        raise ValueError(f"nobody trades {symbol}")

    def send(self, connection, number):
        """Sends an order, new or again, and notes what was promised. The answer, or None without one."""
        headers, body = self.bodies[number]
        try:
            answer = connection.ask("POST", "/orders", body, headers)
        except OSError:
            with self.lock:
                if number not in self.acks:
                    self.unanswered.add(number)
            return None
        self._note(number, answer)
        return answer

    def _note(self, number, answer):
        fields = answer.json
        with self.lock:
            self.unanswered.discard(number)
            if answer.status in (200, 201, 202):
                earlier = self.acks.get(number)
                if earlier and earlier[0] != fields["order_id"]:
                    self.surprises.append(f"request {number} has two orders: {earlier[0]}, {fields['order_id']}")
                # The first promise counts: later answers show what became of it.
                if number not in self.acks and answer.status == 202:
                    self.doubtful.add(number)
                self.refused.discard(number)
                self.acks.setdefault(number, (fields["order_id"], fields["status"], time.monotonic()))
            elif answer.status == 422 and fields.get("detail", {}).get("state") == "NOT_FOUND":
                self.gone.add(number)
            elif answer.status == 503:
                self.refused.add(number)
                self.refusals.append((time.monotonic(), answer.status, fields["code"]))
            else:
                self.surprises.append(f"request {number} is answered with {answer.status} {fields.get('code')}")

    def cancel(self, connection, order):
        try:
            answer = connection.ask("DELETE", f"/orders/{order}")
        except OSError:
            return False
        if answer.status == 200:
            with self.lock:
                self.canceled[order] = time.monotonic()
        return True


class Load:
    """Several callers at once. They end when the service does, when told to, or after so many orders."""

    def __init__(self, service, client, callers=4, orders=None, mixed=True, stubborn=False):
        self._service, self._client = service, client
        self._mixed, self._stubborn = mixed, stubborn
        self._left = orders if orders is not None else 1 << 60
        self._end, self._lock = threading.Event(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(client.seed * 1_000 + number),), daemon=True)
            for number in range(callers)]
        for thread in self._threads:
            thread.start()

    def _take(self):
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def _run(self, chance):
        connection, resting = self._service.connect(), []
        try:
            while not self._end.is_set() and self._take():
                if self._mixed and resting and chance.random() < 0.1:
                    goes_on = self._client.cancel(connection, resting.pop(chance.randrange(len(resting))))
                elif self._mixed and chance.random() < 0.02:
                    goes_on = self._move_price(connection, chance)
                else:
                    goes_on = self._order(connection, resting)
                if not goes_on:
                    return
        finally:
            connection.close()

    def _order(self, connection, resting):
        answer = self._client.send(connection, self._client.new_order())
        if answer is None:
            return False
        if answer.status == 503:
            time.sleep(REFUSAL_PAUSE_SECONDS)
            return self._stubborn
        if answer.status == 201 and answer.json["status"] == "PENDING":
            resting.append(answer.json["order_id"])
        return True

    def _move_price(self, connection, chance):
        """Reaches the resting orders of one side and comes back, so that they trade."""
        symbol, _, market, bid, offer = chance.choice(MARKETS)
        try:
            for price in (chance.choice([bid, offer]), market):
                self._set_price(connection, symbol, price)
            return True
        except OSError:
            return False

    def _set_price(self, connection, symbol, price):
        connection.ask("PUT", f"/api/v1/mock/prices/{symbol}", {"price": price})

    def wait(self, seconds=60):
        """Waits for callers that end by themselves; false if one does not."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def end(self):
        self._end.set()
        return self.wait()

    @property
    def is_running(self):
        return any(thread.is_alive() for thread in self._threads)
