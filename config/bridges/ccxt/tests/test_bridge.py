"""The bridge over HTTP: who gets in, and what the webhooks of old are answered."""
import hashlib
import hmac
import json
import time

import pytest
from conftest import KEY, KEY_SECRET, SECRET, order
from fastapi.testclient import TestClient

from bridge import make_app
from settings import Settings, SettingsError, from_environment


@pytest.fixture
def client(settings, exchange):
    with TestClient(make_app(settings)) as client:
        yield client


def code(message, secret=SECRET):
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def call(client, method, target, body=None, secret=SECRET, seconds=0, **changes):
    content = json.dumps(body).encode() if body is not None else b""
    stamp = str(int((time.time() + seconds) * 1000))
    signed = f"{stamp}\n{method}\n{changes.get('signed_target', target)}\n".encode()
    signed += changes.get("signed_body", content)
    headers = {"X-FKS-Timestamp": stamp, "X-FKS-Signature": code(signed, secret)}
    return client.request(method, target, content=content, headers=headers)


def test_the_contract_is_spoken(client):
    assert call(client, "GET", "/fks/v1/describe").json()["contract"] == 1
    assert call(client, "GET", "/fks/v1/describe").json()["is_live"] is False
    (instrument,) = call(client, "GET", "/fks/v1/instruments").json()["instruments"]
    assert instrument == {
        "symbol": "BTCUSDT", "base_asset": "BTC", "quote_asset": "USDT", "tick_size": "0.01",
        "lot_step": "0.001", "min_quantity": "0.001", "max_quantity": "999999999999", "min_notional": "5",
    }  # fmt: skip
    (market,) = call(client, "GET", "/fks/v1/market?symbols=BTCUSDT,NOSUCH").json()["market"]
    assert market["last"] == "67500" and market["bids"] == [["67499.99", "1"]]
    assert call(client, "GET", "/fks/v1/market?symbols=NOSUCH").json() == {"market": []}
    assert call(client, "GET", "/fks/v1/balances").json()["balances"] == [
        {"asset": "BTC", "free": "1.5", "locked": "0.5"}
    ]
    assert call(client, "GET", "/fks/v1/positions").json()["positions"] == [
        {"symbol": "BTCUSDT", "quantity": "2"}
    ]
    answer = call(client, "POST", "/fks/v1/orders", order())
    assert answer.status_code == 200 and answer.json()["outcome"] == "accepted"
    found = call(client, "GET", "/fks/v1/orders/id-1?symbol=BTCUSDT&venue_order_id=1").json()
    assert found == {"outcome": "found", "order": answer.json()["order"]}
    assert call(client, "DELETE", "/fks/v1/orders/id-1?symbol=BTCUSDT").json()["is_gone"] is True
    assert call(client, "GET", "/fks/v1/orders").json() == {"orders": [], "external": []}


@pytest.mark.parametrize("changes", [
    {"secret": "another"}, {"seconds": 31}, {"seconds": -31}, {"signed_target": "/fks/v1/balances"},
    {"signed_body": b"{}"},
])  # fmt: skip
def test_what_is_not_signed_for_this_request_and_for_now_gets_nowhere(client, exchange, changes):
    answer = call(client, "POST", "/fks/v1/orders", order(), **changes)
    assert answer.status_code == 401 and "outcome" not in answer.json()
    assert exchange.created == []


def test_without_a_signature_nobody_learns_anything(client):
    for path in ("describe", "balances", "orders", "events", "nothing"):
        assert client.get(f"/fks/v1/{path}").status_code == 401


@pytest.mark.parametrize("changes", [
    {"quantity": 0.5}, {"quantity": "-1"}, {"quantity": "1e3"}, {"quantity": "٣"}, {"side": "buy"},
    {"client_order_id": ""}, {"client_order_id": "a b"}, {"price": "1"}, {"type": "LIMIT"},
    {"time_in_force": "DAY"}, {"symbol": None},
])  # fmt: skip
def test_what_is_no_order_is_not_sent(client, exchange, changes):
    answer = call(client, "POST", "/fks/v1/orders", order(**changes))
    assert answer.status_code == 400 and exchange.created == []


def test_news_begin_somewhere_and_go_on_there(client):
    begin = call(client, "GET", "/fks/v1/events").json()
    assert begin["healthy"] is True and begin["events"] == []
    after = call(client, "GET", f"/fks/v1/events?after={begin['cursor']}&wait_ms=1").json()
    assert after["cursor"] == begin["cursor"]
    assert call(client, "GET", "/fks/v1/events?after=gone-1&wait_ms=1").status_code == 410


# The webhooks of old


def hook(client, payload, secret=SECRET):
    body = json.dumps(payload).encode()
    headers = {"X-Webhook-Signature": code(body, secret), "Content-Type": "application/json"}
    return client.post("/webhook/tradingview", content=body, headers=headers)


def signal(**changes):
    return {"timestamp": int(time.time()), "symbol": "BTC/USDT", "action": "buy", "order_type": "market",
            "quantity": 0.5, "price": 67500, "stop_loss": None, "take_profit": None, "confidence": 0.7,
            **changes}  # fmt: skip


def test_a_webhook_is_executed_with_the_quantity_that_was_asked_and_once(client, exchange):
    payload = signal()
    answer = hook(client, payload).json()
    assert answer["status"] == "executed" and answer["order_id"] == "1"
    assert answer["quantity"] == 0.5 and answer["filled_quantity"] == 0.5
    assert answer["average_price"] == 67500.1
    assert hook(client, payload).status_code == 500
    assert len(exchange.created) == 1


@pytest.mark.parametrize("changes, status, word", [
    ({"confidence": 0.5}, 200, "ignored"), ({"timestamp": 1_700_000_000}, 200, "ignored"),
    ({"order_type": "limit"}, 422, "market"), ({"stop_loss": 60000}, 422, "stop_loss"),
    ({"quantity": None}, 422, "quantity"), ({"quantity": -1}, 422, "quantity"),
    ({"action": "close"}, 422, "action"), ({"symbol": "NOSUCH"}, 200, "rejected"),
    ({"quantity": 0.0001}, 200, "rejected"), ({"confidence": None}, 422, "payload"),
])  # fmt: skip
def test_what_is_not_executed_says_so(client, exchange, changes, status, word):
    answer = hook(client, signal(**changes))
    assert answer.status_code == status and word in answer.text
    assert exchange.created == []


def test_a_webhook_with_a_wrong_signature_is_refused(client, exchange):
    answer = hook(client, signal(), secret="another")
    assert answer.status_code == 401 and answer.json() == {"detail": "Invalid webhook signature"}


def test_without_a_key_a_webhook_is_a_dry_run(exchange, tmp_path):
    with TestClient(make_app(Settings(secret=SECRET, data_file=str(tmp_path / "b.db")))) as client:
        assert hook(client, signal()).json()["status"] == "dry_run"
        assert exchange.created == []


def test_health_says_what_it_is_and_nothing_secret(client):
    health = client.get("/health")
    assert health.json()["contract"] == 1 and health.json()["status"] == "healthy"
    assert health.json()["exchange"] == "binance" and health.json()["testnet"] is True
    assert client.get("/ready").json() == {"status": "ready"}
    assert client.get("/ticker/BTC/USDT").json()["last"] == 67500
    assert client.get("/ticker/NOSUCH").status_code == 404
    assert not any(secret in health.text for secret in (SECRET, KEY, KEY_SECRET))


# Settings


def test_settings_have_their_old_names_and_may_stand_in_files(tmp_path):
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    settings = from_environment({
        "WEBHOOK_SECRET_FILE": str(file), "DEFAULT_EXCHANGE": "kraken", "TESTNET": "false", "PAIRS": "BTC/USD, ETH/USD",
    })  # fmt: skip
    assert settings.secret == "from a file" and settings.exchange == "kraken" and not settings.testnet
    assert settings.pairs == ("BTC/USD", "ETH/USD")
    assert "from a file" not in repr(settings)


@pytest.mark.parametrize("environment, word", [
    ({}, "CCXT_WEBHOOK_SECRET"), ({"WEBHOOK_SECRET": "s", "TESTNET": "perhaps"}, "TESTNET"),
    ({"WEBHOOK_SECRET": "s", "PORT": "http"}, "PORT"),
    ({"WEBHOOK_SECRET": "s", "MARKET_TYPE": "margin"}, "MARKET_TYPE"),
])  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(environment, word):
    with pytest.raises(SettingsError, match=word):
        from_environment(environment)
