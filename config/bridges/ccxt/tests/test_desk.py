"""Orders go to the exchange once, and only its own words prove anything."""
import asyncio

import ccxt.async_support as ccxt
import pytest
from conftest import KEY, KEY_SECRET, SECRET, order

import desk as desk_module


def test_an_order_is_placed_and_told_with_its_trades(open_desk, exchange):
    async def story():
        answer = await (await open_desk()).submit(order())
        assert answer["outcome"] == "accepted"
        report = answer["order"]
        assert report["status"] == "FILLED" and report["filled_quantity"] == "0.5"
        assert report["client_order_id"] == "id-1" and report["venue_order_id"] == "1"
        assert report["trades"] == [{
            "trade_id": "T1", "quantity": "0.5", "price": "67500.1", "fee": "0.0001",
            "fee_asset": "BTC", "is_maker": False, "traded_at": 1_700_000_000_001,
        }]  # fmt: skip

    asyncio.run(story())


def test_an_id_is_sent_once_whatever_else_it_says_and_after_a_restart_too(open_desk, exchange):
    async def story():
        first = await open_desk()
        await first.submit(order())
        assert (await first.submit(order(side="SELL")))["outcome"] == "duplicate"
        first.memory.close()
        second = await open_desk()
        assert (await second.submit(order()))["outcome"] == "duplicate"
        assert exchange.created == ["id-1"]

    asyncio.run(story())


def test_an_id_is_noted_before_it_is_sent(open_desk, exchange):
    """A bridge that dies while the exchange takes the order does not send it again."""

    async def story():
        first = await open_desk()
        exchange.is_carried_out = True
        exchange.fault = asyncio.CancelledError()
        with pytest.raises(asyncio.CancelledError):
            await first.submit(order())
        second = await open_desk()
        assert (await second.submit(order()))["outcome"] == "duplicate"
        found = await second.find("id-1", "BTCUSDT")
        assert found["outcome"] == "found" and found["order"]["filled_quantity"] == "0.5"
        assert exchange.created == ["id-1"]

    asyncio.run(story())


def test_two_at_the_same_time_are_sent_once(open_desk, exchange):
    async def story():
        desk = await open_desk()
        answers = await asyncio.gather(*(desk.submit(order()) for _ in range(5)))
        assert sorted(answer["outcome"] for answer in answers) == ["accepted"] + ["duplicate"] * 4
        assert exchange.created == ["id-1"]

    asyncio.run(story())


@pytest.mark.parametrize("error", [
    ccxt.InsufficientFunds("x"), ccxt.InvalidOrder("x"), ccxt.BadSymbol("x"), ccxt.BadRequest("x"),
    ccxt.AuthenticationError("x"), ccxt.PermissionDenied("x"), ccxt.RateLimitExceeded("x"),
    ccxt.InvalidNonce("x"), ccxt.OrderImmediatelyFillable("x"), ccxt.NotSupported("x"),
])  # fmt: skip
def test_what_the_exchange_refused_is_rejected(open_desk, exchange, error):
    async def story():
        exchange.fault = error
        answer = await (await open_desk()).submit(order())
        assert answer["outcome"] == "rejected" and answer["client_order_id"] == "id-1"
        assert answer["code"].replace("_", "").isalpha() and answer["code"].isupper()

    asyncio.run(story())


@pytest.mark.parametrize("error", [
    ccxt.RequestTimeout("x"), ccxt.NetworkError("x"), ccxt.ExchangeNotAvailable("x"),
    ccxt.OnMaintenance("x"), ccxt.BadResponse("x"), ccxt.NullResponse("x"), ccxt.ExchangeError("x"),
    ccxt.OperationFailed("x"), KeyError("id"), TypeError("x"), ccxt.InvalidOrder("Duplicate order sent."),
    ccxt.DuplicateOrderId("x"),
])  # fmt: skip
def test_what_proves_nothing_is_not_called_a_rejection(open_desk, exchange, error):
    async def story():
        desk = await open_desk()
        exchange.fault, exchange.is_carried_out = error, True
        answer = await desk.submit(order())
        assert answer["outcome"] in ("unknown", "duplicate")
        assert (await desk.find("id-1", "BTCUSDT"))["outcome"] == "found"

    asyncio.run(story())


def test_an_answer_without_an_order_is_no_answer(open_desk, exchange):
    async def story():
        desk = await open_desk()
        real = exchange.create_order

        async def empty(*parts):
            await real(*parts)
            return {"id": None, "status": None}

        exchange.create_order = empty
        assert (await desk.submit(order()))["outcome"] == "unknown"
        assert (await desk.find("id-1", "BTCUSDT"))["order"]["venue_order_id"] == "1"

    asyncio.run(story())


def test_an_order_that_the_exchange_does_not_have_is_not_found_only_if_it_says_so(open_desk, exchange):
    async def story():
        desk = await open_desk()
        assert (await desk.find("none", "BTCUSDT"))["outcome"] == "not_found"

        async def silent(*_):
            raise ccxt.NetworkError("no answer")

        exchange.fetch_order = silent
        assert (await desk.find("none", "BTCUSDT"))["outcome"] == "unknown"

        async def cannot(*_):
            raise ccxt.ArgumentsRequired("needs an id")

        exchange.fetch_order, exchange.fetch_orders = cannot, silent
        assert (await desk.find("none", "BTCUSDT"))["outcome"] == "unknown"
        exchange.has = {**exchange.has, "fetchOrders": False}
        assert (await desk.find("none", "BTCUSDT"))["outcome"] == "unknown"

    asyncio.run(story())


def test_an_order_is_looked_for_in_lists_where_it_cannot_be_asked_for(open_desk, exchange):
    async def story():
        desk = await open_desk()
        exchange.fault, exchange.is_carried_out = ccxt.RequestTimeout("x"), True
        await desk.submit(order())

        async def anything(order_id, pair, params={}):
            return {"id": "9", "clientOrderId": None}  # it did not understand the question

        async def listed(pair, since):
            return list(exchange.orders.values())

        exchange.fetch_order, exchange.fetch_orders = anything, listed
        found = await desk.find("id-1", "BTCUSDT")
        assert found["outcome"] == "found" and found["order"]["venue_order_id"] == "1"

    asyncio.run(story())


@pytest.mark.parametrize("changes, code", [
    ({"quantity": "0.5001"}, "LOT_STEP"), ({"type": "LIMIT", "price": "60000.001"}, "TICK_SIZE"),
    ({"symbol": "NOSUCH"}, "BAD_SYMBOL"), ({"type": "STOP"}, "ORDER_TYPE"),
])  # fmt: skip
def test_what_ccxt_would_round_or_change_is_refused(open_desk, exchange, changes, code):
    async def story():
        answer = await (await open_desk()).submit(order(**changes))
        assert answer["outcome"] == "rejected" and answer["code"] == code
        assert exchange.created == []

    asyncio.run(story())


def test_an_order_that_waits_too_long_is_given_up_and_never_sent(open_desk, exchange, monkeypatch):
    monkeypatch.setattr(desk_module, "ANSWER_SECONDS", 0.01)
    is_free = asyncio.Event()

    async def story():
        desk = await open_desk()
        real = exchange.create_order

        async def throttled(*parts):
            await is_free.wait()
            return await real(*parts)

        exchange.create_order = throttled
        assert (await desk.submit(order()))["outcome"] == "unknown"
        is_free.set()
        await asyncio.sleep(0)
        assert exchange.created == []

    asyncio.run(story())


def test_a_cancel_ends_an_order_once(open_desk, exchange):
    async def story():
        desk = await open_desk()
        exchange.fill = False
        await desk.submit(order(type="LIMIT", price="60000", time_in_force="GTC"))
        listed = await desk.open_orders()
        assert [entry["client_order_id"] for entry in listed["orders"]] == ["id-1"]
        answer = await desk.cancel("id-1", "BTCUSDT")
        assert answer["outcome"] == "canceled" and answer["order"]["status"] == "CANCELED"
        answer = await desk.cancel("id-1", "BTCUSDT")
        assert answer["outcome"] == "refused" and answer["is_gone"] is True

    asyncio.run(story())


def test_orders_of_others_are_listed_apart(open_desk, exchange):
    async def story():
        desk = await open_desk()
        exchange.fill = False
        exchange.place("limit", "sell", "0.25", "70000", {"clientOrderId": "by-hand"})
        listed = await desk.open_orders()
        assert listed["orders"] == []
        assert listed["external"] == [
            {"venue_order_id": "1", "symbol": "BTCUSDT", "side": "SELL", "leaves_quantity": "0.25"}
        ]

    asyncio.run(story())


def test_orders_of_webhooks_are_others_to_the_gateway(open_desk, exchange):
    async def story():
        desk = await open_desk()
        begin = (await desk.news(None, 0))["cursor"]
        exchange.fill = False
        await desk.submit(order("wh-1", type="LIMIT", price="60000", time_in_force="GTC"))
        listed = await desk.open_orders()
        assert listed["orders"] == [] and len(listed["external"]) == 1
        exchange.orders["1"].update(filled="0.5", status="closed")
        await desk.look(desk.memory.live())
        assert (await desk.news(begin, 0))["events"] == [] and desk.memory.live() == []

    asyncio.run(story())


def test_what_happens_to_an_order_is_told_once_and_from_where_the_gateway_was(open_desk, exchange):
    async def story():
        desk = await open_desk()
        begin = (await desk.news(None, 0))["cursor"]
        exchange.fill = False
        await desk.submit(order(type="LIMIT", price="60000", time_in_force="GTC"))
        await desk.look(desk.memory.live())
        assert (await desk.news(begin, 0))["events"] == []
        exchange.orders["1"].update(filled="0.2")
        await desk.look(desk.memory.live())
        await desk.look(desk.memory.live())
        first = await desk.news(begin, 0)
        assert [event["order"]["filled_quantity"] for event in first["events"]] == ["0.2"]
        exchange.orders["1"].update(filled="0.5", status="closed")
        await desk.look(desk.memory.live())
        second = await desk.news(first["cursor"], 0)
        assert [event["order"]["status"] for event in second["events"]] == ["FILLED"]
        assert desk.memory.live() == []
        assert await desk.news("another-1", 0) is None
        assert await desk.news(f"{desk.boot}-99", 0) is None

    asyncio.run(story())


def test_an_order_whose_trades_come_late_is_told_again_once_they_are_there(open_desk, exchange):
    async def story():
        desk = await open_desk()
        begin = (await desk.news(None, 0))["cursor"]
        real = exchange.fetch_order_trades

        async def none_yet(*_):
            return []

        exchange.fetch_order_trades = none_yet
        answer = await desk.submit(order())
        assert answer["order"]["filled_quantity"] == "0.5" and answer["order"]["trades"] == []
        await desk.look(desk.memory.live())
        await desk.look(desk.memory.live())
        assert (await desk.news(begin, 0))["events"] == []
        exchange.fetch_order_trades = real
        await desk.look(desk.memory.live())
        events = (await desk.news(begin, 0))["events"]
        assert [len(event["order"]["trades"]) for event in events] == [1]
        assert desk.memory.live() == []

    asyncio.run(story())


def test_who_waits_for_news_is_told_that_the_exchange_is_lost(open_desk):
    async def story():
        desk = await open_desk()
        cursor = (await desk.news(None, 0))["cursor"]
        waiting = asyncio.create_task(desk.news(cursor, 60))
        await asyncio.sleep(0)
        await desk.note(ccxt.NetworkError("no answer"))
        news = await waiting
        assert news["healthy"] is False and "no answer" in news["detail"]

    asyncio.run(story())


def test_no_secret_and_no_address_is_in_a_sentence_or_a_log_line(open_desk, exchange, caplog):
    async def story():
        desk = await open_desk()
        exchange.fault = ccxt.NetworkError(
            f"GET https://api.binance.com/api/v3/order?signature=abc&key={KEY} {KEY_SECRET} {SECRET}"
        )
        return await desk.submit(order())

    with caplog.at_level("DEBUG"):
        answer = asyncio.run(story())
    for text in (answer["message"], caplog.text):
        assert not any(secret in text for secret in (KEY, KEY_SECRET, SECRET, "signature=", "abc"))
    assert SECRET not in repr(open_desk) + caplog.text
