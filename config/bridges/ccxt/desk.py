"""Orders between the gateway and the exchange: sent once, followed to their end, told as events."""
import asyncio
import logging
import re
import time
import uuid
from collections import deque
from decimal import Decimal

import ccxt.async_support as ccxt

from venue import REFUSALS, Unknown

log = logging.getLogger("bridge")

# Events that are kept for a gateway that asks late; after more it compares everything.
EVENTS_MAX = 10_000
# How long all that one request needs of the exchange may take. The gateway waits 15 s.
ANSWER_SECONDS = 13
# How often an exchange that is not asked for orders is asked whether it is there.
HEARTBEAT_SECONDS = 15
# How often the exchange's rules are loaded again.
RELOAD_SECONDS = 15 * 60
# Up to so many symbols with orders are asked for one by one; the list of all costs much more.
SYMBOLS_MAX = 8
# How far back an order is looked for that this bridge has not sent.
LOOK_BACK_MS = 24 * 3600 * 1000


# How the ids of orders begin that webhooks asked for: the gateway did not, and takes them for others'.
WEBHOOK_PREFIX = "wh-"


def code_of(error):
    """InsufficientFunds is INSUFFICIENT_FUNDS."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).upper()


class Desk:
    def __init__(self, venue, memory, poll_seconds):
        self.venue, self.memory, self.poll_seconds = venue, memory, poll_seconds
        self.boot = uuid.uuid4().hex[:12]
        self.events, self.count, self.changed = deque(maxlen=EVENTS_MAX), 0, asyncio.Condition()
        self.told = {}  # what was told of an order last, so that it is told once
        self.trouble = "The exchange's markets are not loaded yet."
        # Set once it was tried to load the markets, and once that went well.
        self.tried, self.loaded = asyncio.Event(), asyncio.Event()
        self.tasks = []

    def start(self):
        self.tasks = [asyncio.create_task(self.keep_loaded()), asyncio.create_task(self.follow())]

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.venue.close()
        self.memory.close()

    # The exchange's rules, and whether it is there

    async def keep_loaded(self):
        while True:
            try:
                await self.venue.load()
                self.loaded.set()
                self.tried.set()
                await self.note(None)
                await asyncio.sleep(RELOAD_SECONDS)
            except Exception as error:
                await self.note(error)
                self.tried.set()
                await asyncio.sleep(5)

    async def note(self, error):
        """Takes in whether the exchange was reached; who waits for news learns of a change."""
        trouble = self.venue.sentence(error) if error else None
        if error and trouble != self.trouble:
            log.warning("The exchange is not reached. %s", trouble)
        if bool(trouble) != bool(self.trouble):
            async with self.changed:
                self.trouble = trouble
                self.changed.notify_all()
        self.trouble = trouble

    # Commands

    def duplicate(self, order_id):
        return {"outcome": "duplicate", "client_order_id": order_id,
                "message": "An order with this id was sent before."}  # fmt: skip

    def rejected(self, order_id, code, message):
        return {"outcome": "rejected", "client_order_id": order_id, "code": code, "message": message}

    async def submit(self, ask):
        order_id = ask["client_order_id"]
        if self.memory.get(order_id):
            return self.duplicate(order_id)
        broken = self.venue.broken_rule(ask)
        if broken:
            return self.rejected(order_id, *broken)
        if not self.memory.begin(order_id, ask["symbol"], ask["side"], ask["quantity"], ask.get("price")):
            return self.duplicate(order_id)
        try:
            # Given up in time, and then never sent: what waits for the exchange's rate limit is stopped.
            async with asyncio.timeout(ANSWER_SECONDS):
                order = await self.venue.create(ask)
                if not order.get("id"):
                    raise Unknown("The exchange answered without saying which order it made.")
                self.memory.name(order_id, str(order["id"]))
                if order.get("filled") is None or order.get("status") is None:
                    order = await self.venue.find(order_id, str(order["id"]), ask["symbol"], 0)
                report = await self.venue.report(order_id, order, ask["symbol"])
        except ccxt.DuplicateOrderId:
            return self.duplicate(order_id)
        except REFUSALS as error:
            message = self.venue.sentence(error)
            if "uplicate" in message or self.memory.get(order_id)["venue_order_id"]:
                return {"outcome": "unknown", "message": message}
            self.memory.end(order_id)
            log.info("Order %s was refused. %s", order_id, message)
            return self.rejected(order_id, code_of(error), message)
        except Exception as error:
            message = self.venue.sentence(error)
            log.warning("It is not known what became of order %s. %s", order_id, message)
            return {"outcome": "unknown", "message": message}
        self.note_told(report)
        return {"outcome": "accepted", "order": report}

    async def find(self, order_id, symbol, venue_order_id=None):
        """What the exchange says of an order, as the contract's answer to a question for it."""
        noted = self.memory.get(order_id)
        venue_order_id = venue_order_id or (noted and noted["venue_order_id"])
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                since = noted["created_ms"] if noted else int(time.time() * 1000) - LOOK_BACK_MS
                order = await self.venue.find(order_id, venue_order_id, symbol, since)
                if order is None:
                    return {"outcome": "not_found", "client_order_id": order_id}
                if noted:
                    self.memory.name(order_id, str(order["id"]))
                return {"outcome": "found", "order": await self.venue.report(order_id, order, symbol)}
        except Exception as error:
            return {"outcome": "unknown", "message": self.venue.sentence(error)}

    async def cancel(self, order_id, symbol, venue_order_id=None):
        noted = self.memory.get(order_id)
        venue_order_id = venue_order_id or (noted and noted["venue_order_id"])
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.venue.cancel(order_id, venue_order_id, symbol)
                answer = await self.find(order_id, symbol, venue_order_id)
        except ccxt.OrderNotFound as error:
            return {"outcome": "refused", "client_order_id": order_id, "is_gone": True,
                    "message": self.venue.sentence(error)}  # fmt: skip
        except REFUSALS as error:
            return {"outcome": "refused", "client_order_id": order_id, "is_gone": False,
                    "message": self.venue.sentence(error)}  # fmt: skip
        except Exception as error:
            return {"outcome": "unknown", "message": self.venue.sentence(error)}
        if answer["outcome"] == "found" and answer["order"]["status"] == "CANCELED":
            self.note_told(answer["order"])
            return {"outcome": "canceled", "order": answer["order"]}
        return {"outcome": "unknown", "message": "It was cancelled, and is not shown as cancelled yet."}

    async def open_orders(self):
        """The open orders, ours with their trades, and those of others."""
        ours, others = [], []
        symbols = {pair: symbol for symbol, pair in self.venue.pairs.items()}
        for order in await self.venue.open_orders():
            symbol = symbols.get(order["symbol"])
            if symbol is None:
                continue
            noted = self.memory.named(str(order["id"])) or (
                order.get("clientOrderId") and self.memory.get(order["clientOrderId"])
            )
            if noted and not noted["client_order_id"].startswith(WEBHOOK_PREFIX):
                ours.append(await self.venue.report(noted["client_order_id"], order, symbol))
            else:
                leaves = Decimal(order["amount"]) - Decimal(order.get("filled") or "0")
                others.append({"venue_order_id": str(order["id"]), "symbol": symbol,
                               "side": order["side"].upper(), "leaves_quantity": str(leaves)})  # fmt: skip
        return {"orders": ours, "external": others}

    # News

    def note_told(self, report):
        """Notes what the gateway knows by an answer; true if it did not know it before."""
        order_id = report["client_order_id"]
        facts = (report["status"], report["filled_quantity"], len(report["trades"]))
        is_new = self.told.get(order_id) != facts
        self.told[order_id] = facts
        traded = sum(Decimal(trade["quantity"]) for trade in report["trades"])
        if report["status"] != "WORKING" and traded == Decimal(report["filled_quantity"]):
            self.memory.end(order_id)
            self.told.pop(order_id)
        return is_new

    async def follow(self):
        """Looks after the orders that live, without end."""
        await self.loaded.wait()
        quiet_since = time.monotonic()
        while True:
            await asyncio.sleep(self.poll_seconds)
            try:
                live = self.memory.live()
                if live:
                    await self.look(live)
                elif time.monotonic() - quiet_since < HEARTBEAT_SECONDS:
                    continue
                else:
                    await self.venue.balances()
                quiet_since = time.monotonic()
                await self.note(None)
            except Exception as error:
                await self.note(error)

    async def look(self, live):
        async with asyncio.timeout(ANSWER_SECONDS):
            symbols = {noted["symbol"] for noted in live} & self.venue.pairs.keys()
            listed = await self.venue.open_orders(symbols if len(symbols) <= SYMBOLS_MAX else None)
            open_now = {str(order["id"]): order for order in listed}
        for noted in live:
            order = open_now.get(noted["venue_order_id"])
            known = self.told.get(noted["client_order_id"])
            if order and known and Decimal(order.get("filled") or "0") == Decimal(known[1]):
                continue
            answer = await self.find(noted["client_order_id"], noted["symbol"])
            if answer["outcome"] == "found" and self.note_told(answer["order"]):
                await self.tell(answer["order"])

    async def tell(self, report):
        if report["client_order_id"].startswith(WEBHOOK_PREFIX):
            return
        async with self.changed:
            self.events.append({"type": "order", "order": report})
            self.count += 1
            self.changed.notify_all()

    async def news(self, after, wait_seconds):
        """What happened after a cursor; None if that is not known any more."""
        number = self.count
        if after is not None:
            boot, _, text = after.partition("-")
            if boot != self.boot or not text.isdecimal():
                return None
            number = int(text)
            if not self.count - len(self.events) <= number <= self.count:
                return None
        was_in_trouble = bool(self.trouble)
        async with self.changed:
            try:
                async with asyncio.timeout(wait_seconds):
                    await self.changed.wait_for(
                        lambda: self.count > number or bool(self.trouble) != was_in_trouble
                    )
            except TimeoutError:
                pass
            missed = self.count - number
            events = list(self.events)[len(self.events) - missed :] if missed else []
            return {"cursor": f"{self.boot}-{self.count}", "healthy": not self.trouble,
                    "detail": self.trouble or "", "events": events}  # fmt: skip
