"""The settings of the bridge, from the environment."""
import os
from dataclasses import dataclass, field


class SettingsError(Exception):
    """A setting that is missing or cannot be used, in a sentence that says what to do."""


@dataclass(frozen=True)
class Settings:
    secret: str = field(repr=False)
    exchange: str = "binance"
    api_key: str = field(default="", repr=False)
    api_secret: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    testnet: bool = True
    market_type: str = "spot"
    pairs: tuple[str, ...] = ()
    data_file: str = "data/ccxt-bridge.db"
    host: str = "127.0.0.1"
    port: int = 8000
    # Where the exchange is, if not where it is usually; for tests.
    exchange_url: str = ""
    poll_seconds: float = 1.0
    min_confidence: float = 0.6

    @property
    def secrets(self):
        return [text for text in (self.secret, self.api_key, self.api_secret, self.password) if text]


def from_environment(environment=os.environ):
    def text(*names, default=""):
        for name in names:
            path = environment.get(name + "_FILE")
            value = open(path).read().strip() if path else environment.get(name, "")
            if value:
                return value
        return default

    def flag(name, default):
        value = text(name, default=default).lower()
        if value not in ("true", "false"):
            raise SettingsError(f"{name} must be true or false.")
        return value == "true"

    def number(name, default, kind):
        try:
            return kind(text(name, default=default))
        except ValueError:
            raise SettingsError(f"{name} must be a number.") from None

    settings = Settings(
        secret=text("CCXT_WEBHOOK_SECRET", "WEBHOOK_SECRET"),
        exchange=text("CCXT_EXCHANGE", "EXCHANGE", "DEFAULT_EXCHANGE", default="binance"),
        api_key=text("EXCHANGE_API_KEY"),
        api_secret=text("EXCHANGE_API_SECRET"),
        password=text("EXCHANGE_PASSWORD"),
        testnet=flag("CCXT_TESTNET" if "CCXT_TESTNET" in environment else "TESTNET", "true"),
        market_type=text("MARKET_TYPE", default="spot"),
        pairs=tuple(pair.strip() for pair in text("PAIRS").split(",") if pair.strip()),
        data_file=text("DATA_FILE", default="data/ccxt-bridge.db"),
        host=text("HOST", default="127.0.0.1"),
        port=number("PORT", "8000", int),
        exchange_url=text("EXCHANGE_URL"),
        poll_seconds=number("POLL_SECONDS", "1", float),
        min_confidence=number("MIN_CONFIDENCE", "0.6", float),
    )
    if not settings.secret:
        raise SettingsError(
            "CCXT_WEBHOOK_SECRET is not set. Give the bridge and the gateway the same long random text."
        )
    if settings.market_type not in ("spot", "swap"):
        raise SettingsError("MARKET_TYPE must be spot or swap.")
    return settings
