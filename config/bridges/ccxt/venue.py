"""An exchange by way of ccxt, in the words of the contract (docs/PLUGINS.md).

Numbers stay decimal texts from end to end: ccxt is told to parse them as text.
"""
import re
from decimal import Decimal

import ccxt.async_support as ccxt

# How long one request to the exchange may take. The gateway waits 15 s for an answer.
TIMEOUT_MS = 10_000
# How long an exchange may not show an order that it has: its own time limits and ours.
VISIBILITY_MS = 60_000
# What stands for no limit.
NO_LIMIT = "999999999999"

# What an exchange says when it has refused an order. Any other exception proves nothing.
REFUSALS = (
    ccxt.InsufficientFunds, ccxt.InvalidOrder, ccxt.BadRequest, ccxt.AuthenticationError,
    ccxt.ArgumentsRequired, ccxt.NotSupported, ccxt.RateLimitExceeded, ccxt.InvalidNonce,
)  # fmt: skip

STATUSES = {
    "open": "WORKING", "closed": "FILLED", "canceled": "CANCELED", "expired": "EXPIRED",
    "rejected": "REJECTED",
}  # fmt: skip


# How exchanges list orders that have ended, the most telling way first.
PASTS = {
    "fetchOrders": "fetch_orders",
    "fetchCanceledAndClosedOrders": "fetch_canceled_and_closed_orders",
    "fetchClosedOrders": "fetch_closed_orders",
}


class Unknown(Exception):
    """The exchange did not say what is so, in a sentence."""


def plain(number):
    """A number without exponent, and without zeros at its end."""
    text = format(Decimal(str(number)), "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


class Venue:
    def __init__(self, settings):
        self.settings = settings
        self.exchange = getattr(ccxt, settings.exchange)(
            {
                "apiKey": settings.api_key,
                "secret": settings.api_secret,
                "password": settings.password,
                "enableRateLimit": not settings.exchange_url,
                "timeout": TIMEOUT_MS,
                "aiohttp_trust_env": True,
                "options": {
                    "defaultType": settings.market_type,
                    "adjustForTimeDifference": True,
                    "warnOnFetchOpenOrdersWithoutSymbol": False,
                    # What Binance keeps for those who lend and withdraw.
                    "fetchCurrencies": False,
                    "fetchMargins": False,
                    "fetchMarkets": {
                        "types": ["spot"] if settings.market_type == "spot" else ["linear"]
                    },
                },
            }
        )
        self.exchange.number = str
        if settings.exchange_url:
            self.move(settings.exchange_url)
        elif settings.testnet:
            self.exchange.set_sandbox_mode(True)
        self.pairs = {}  # by our symbol, as ccxt writes them

    def move(self, url):
        def moved(place):
            if isinstance(place, dict):
                return {name: moved(inner) for name, inner in place.items()}
            return re.sub(r"^https?://[^/]+", url, place) if isinstance(place, str) else place

        self.exchange.urls["api"] = moved(self.exchange.urls["api"])

    def sentence(self, error):
        """What went wrong, without addresses, which carry signatures, and without secrets."""
        text = re.sub(r"\S+://\S+", "…", str(error)) or type(error).__name__
        for secret in self.settings.secrets:
            text = text.replace(secret, "***")
        return f"{type(error).__name__}: {text}"[:300]

    async def load(self):
        await self.exchange.load_markets(reload=True)
        self.pairs = {}
        for market in self.exchange.markets.values():
            wanted = market["spot"] if self.settings.market_type == "spot" else market["swap"] and market["linear"]
            if wanted and market.get("active") is not False and self.is_named(market["symbol"]):
                self.pairs.setdefault(f"{market['base']}{market['quote']}".upper(), market["symbol"])

    def is_named(self, pair):
        return not self.settings.pairs or pair in self.settings.pairs

    async def close(self):
        await self.exchange.close()

    # What there is to trade

    def description(self):
        has, is_swap = self.exchange.has, self.settings.market_type == "swap"
        return {
            "contract": 1, "name": f"ccxt {self.settings.exchange} {self.settings.market_type}",
            "is_live": not self.settings.testnet,
            "capabilities": {
                "order_types": ["MARKET", "LIMIT"], "time_in_force": ["GTC", "IOC", "FOK"],
                "post_only": bool(has.get("createPostOnlyOrder")),
                "reduce_only": is_swap and bool(has.get("createReduceOnlyOrder")),
                "display_quantity": False, "amend": False, "lookup": True,
                "visibility_window_ms": VISIBILITY_MS,
                "taker_fee_bps": self.taker_fee(),
                "position_kind": "positions" if is_swap else "holdings",
            },
        }  # fmt: skip

    def taker_fee(self):
        fees = [self.exchange.markets[pair].get("taker") for pair in self.pairs.values()]
        known = [Decimal(str(fee)) for fee in fees if fee is not None]
        return plain(max(known) * 10_000) if known else "0"

    def step(self, precision):
        if precision is None:
            return None
        if self.exchange.precisionMode == ccxt.TICK_SIZE:
            return plain(precision)
        if self.exchange.precisionMode == ccxt.DECIMAL_PLACES:
            return plain(Decimal(1).scaleb(-int(precision)))
        return None  # significant digits are no steps

    def instruments(self):
        listed = []
        for symbol, pair in self.pairs.items():
            market = self.exchange.markets[pair]
            tick = self.step(market["precision"].get("price"))
            lot = self.step(market["precision"].get("amount"))
            contract_size = market.get("contractSize")
            if not tick or not lot or contract_size not in (None, "1", 1, 1.0):
                continue  # without steps nothing can be checked; contracts of another size are not quantities
            limits = market["limits"]
            instrument = {
                "symbol": symbol, "base_asset": market["base"], "quote_asset": market["quote"],
                "tick_size": tick, "lot_step": lot,
                "min_quantity": plain(limits["amount"].get("min") or lot),
                "max_quantity": plain(limits["amount"].get("max") or NO_LIMIT),
                "min_notional": plain((limits.get("cost") or {}).get("min") or "0"),
            }  # fmt: skip
            for name, limit in (("min_price", "min"), ("max_price", "max")):
                value = (limits.get("price") or {}).get(limit)
                if value and Decimal(str(value)) > 0:
                    instrument[name] = plain(value)
            listed.append(instrument)
        return listed

    async def market(self, symbols):
        """The markets of some symbols, or of all where they come in one answer."""
        names = {pair: symbol for symbol, pair in self.pairs.items()}
        pairs = [self.pairs[symbol] for symbol in symbols if symbol in self.pairs]
        if symbols and not pairs:
            return []
        tickers = await self.tickers(pairs or None)
        return [
            entry for ticker in tickers if ticker["symbol"] in names
            if (entry := self.quote(names[ticker["symbol"]], ticker))
        ]  # fmt: skip

    async def tickers(self, pairs):
        if self.exchange.has.get("fetchBidsAsks"):
            return list((await self.exchange.fetch_bids_asks(pairs)).values())
        if self.exchange.has.get("fetchTickers"):
            return list((await self.exchange.fetch_tickers(pairs)).values())
        return [await self.exchange.fetch_ticker(pair) for pair in pairs or []]

    def quote(self, symbol, ticker):
        bid, ask = ticker.get("bid"), ticker.get("ask")
        if bid and ask:
            last = (Decimal(str(bid)) + Decimal(str(ask))) / 2
        elif ticker.get("last"):
            last = Decimal(str(ticker["last"]))
        else:
            return None
        entry = {"symbol": symbol, "last": plain(round(last, 12))}
        for side, price, size in (("bids", bid, "bidVolume"), ("asks", ask, "askVolume")):
            if price and ticker.get(size):
                entry[side] = [[plain(price), plain(ticker[size])]]
        if ticker.get("timestamp"):
            entry["quoted_at"] = int(ticker["timestamp"])
        return entry

    # Orders

    def broken_rule(self, ask):
        """Why an order cannot be sent as it is; ccxt would round it into shape."""
        pair = self.pairs.get(ask["symbol"])
        if pair is None:
            return "BAD_SYMBOL", f"{ask['symbol']} is not traded here."
        if Decimal(self.exchange.amount_to_precision(pair, ask["quantity"])) != Decimal(ask["quantity"]):
            return "LOT_STEP", "The quantity is no multiple of the exchange's step."
        price = ask.get("price")
        if price and Decimal(self.exchange.price_to_precision(pair, price)) != Decimal(price):
            return "TICK_SIZE", "The price is no multiple of the exchange's tick."
        if ask["type"] not in ("MARKET", "LIMIT"):
            return "ORDER_TYPE", "Only MARKET and LIMIT orders are sent from here."
        return None

    async def create(self, ask):
        params = {"clientOrderId": ask["client_order_id"]}
        if ask["type"] == "LIMIT" and ask["time_in_force"] != "GTC":
            params["timeInForce"] = ask["time_in_force"]
        if ask.get("post_only"):
            params["postOnly"] = True
        if ask.get("reduce_only"):
            params["reduceOnly"] = True
        return await self.exchange.create_order(
            self.pairs[ask["symbol"]], ask["type"].lower(), ask["side"].lower(), ask["quantity"],
            ask.get("price"), params,
        )  # fmt: skip

    async def cancel(self, client_order_id, venue_order_id, symbol):
        params = {} if venue_order_id else {"clientOrderId": client_order_id}
        await self.exchange.cancel_order(venue_order_id, self.pairs[symbol], params)

    async def find(self, client_order_id, venue_order_id, symbol, since):
        """The exchange's order; None if it says that there is none. Raises what proves nothing."""
        pair = self.pairs[symbol]
        if venue_order_id:
            return await self.exchange.fetch_order(venue_order_id, pair)
        try:
            order = await self.exchange.fetch_order(None, pair, {"clientOrderId": client_order_id})
            if order.get("clientOrderId") == client_order_id:
                return order
        except ccxt.OrderNotFound:
            return None
        except (ccxt.NetworkError, ccxt.AuthenticationError):
            raise
        except Exception:  # many exchanges cannot be asked by our id: then all orders are looked through
            pass
        return await self.search(client_order_id, pair, since)

    async def search(self, client_order_id, pair, since):
        has = self.exchange.has
        past = next((way for way in PASTS if has.get(way)), None)
        if not has.get("fetchOpenOrders") or past is None:
            raise Unknown("This exchange cannot be asked for an order by our id.")
        orders = await self.exchange.fetch_open_orders(pair)
        orders += await getattr(self.exchange, PASTS[past])(pair, since - 60_000)
        for order in orders:
            if order.get("clientOrderId") == client_order_id:
                return order
        if past == "fetchClosedOrders":  # what was cancelled is not among them
            raise Unknown("This exchange does not list orders that were cancelled.")
        return None

    async def report(self, client_order_id, order, symbol):
        """An order of the exchange in the words of the contract, with its trades."""
        filled = plain(order.get("filled") or "0")
        trades = await self.trades(order, symbol) if Decimal(filled) > 0 else []
        quantity = plain(order["amount"])
        status = STATUSES.get(order.get("status"))
        if status is None:
            raise Unknown(f"The exchange gives the order a status that is not known: {order.get('status')}.")
        if status == "FILLED" and Decimal(filled) < Decimal(quantity):
            status = "CANCELED"  # some call an order closed whose rest was taken back
        is_market = order.get("type") == "market"
        return {
            "client_order_id": client_order_id, "venue_order_id": str(order["id"]),
            "symbol": symbol, "side": order["side"].upper(), "status": status,
            "quantity": quantity, "filled_quantity": filled,
            "price": plain(order["price"]) if order.get("price") and not is_market else None,
            "trades": trades,
        }  # fmt: skip

    async def trades(self, order, symbol):
        pair, has = self.pairs[symbol], self.exchange.has
        if has.get("fetchOrderTrades"):
            trades = await self.exchange.fetch_order_trades(order["id"], pair)
        elif has.get("fetchMyTrades"):
            since = order.get("timestamp")
            trades = await self.exchange.fetch_my_trades(pair, since and since - 1000)
            trades = [trade for trade in trades if trade.get("order") == order["id"]]
        else:
            trades = order.get("trades") or []
        return [self.trade(trade, self.exchange.markets[pair]) for trade in trades]

    def trade(self, trade, market):
        fee = trade.get("fee") or {}
        return {
            "trade_id": str(trade["id"]), "quantity": plain(trade["amount"]),
            "price": plain(trade["price"]), "fee": plain(fee.get("cost") or "0"),
            "fee_asset": fee.get("currency") or market["quote"],
            "is_maker": trade.get("takerOrMaker") == "maker", "traded_at": int(trade["timestamp"]),
        }  # fmt: skip

    # The account

    async def open_orders(self, symbols=None):
        """The open orders of some symbols, which costs less of the exchange's limits, or of all."""
        if symbols is None:
            try:
                return await self.exchange.fetch_open_orders()
            except ccxt.ArgumentsRequired:
                symbols = self.pairs
        lists = [await self.exchange.fetch_open_orders(self.pairs[symbol]) for symbol in symbols]
        return [order for listed in lists for order in listed]

    async def balances(self):
        balance = await self.exchange.fetch_balance()
        return [
            {"asset": asset, "free": plain(held.get("free") or "0"), "locked": plain(held.get("used") or "0")}
            for asset, held in balance.items()
            if isinstance(held, dict) and "free" in held and asset in balance.get("total", {})
            if Decimal(str(held.get("total") or "0")) > 0
        ]  # fmt: skip

    async def positions(self):
        if self.settings.market_type == "spot":
            held = {b["asset"]: Decimal(b["free"]) + Decimal(b["locked"]) for b in await self.balances()}
            bases = {symbol: self.exchange.markets[pair]["base"] for symbol, pair in self.pairs.items()}
            return [
                {"symbol": symbol, "quantity": plain(held[base])}
                for symbol, base in bases.items() if base in held
            ]  # fmt: skip
        names = {pair: symbol for symbol, pair in self.pairs.items()}
        return [
            {
                "symbol": names[position["symbol"]],
                "quantity": plain(
                    Decimal(str(position["contracts"] or 0)) * (-1 if position["side"] == "short" else 1)
                ),
            }
            for position in await self.exchange.fetch_positions() if position["symbol"] in names
        ]  # fmt: skip
