"""Faults around the service: the clock goes back, callers misbehave, the venue is slow or silent."""
import glob, hashlib, pathlib, re, selectors, socket, time

from audit import pages
from service import Broken, scratch
from world import World, end, until

FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"
HOUR = 3600
ORDERS_BESIDE = 200
# Far above what is measured, and far below what a caller would call an outage.
ANSWER_SECONDS_MAX = 1.0
SLOW_READERS = 50
LISTED_ORDERS = 500
# Lists of 500 orders that each of them asks for in one go: as many as one connection may, and 6 MiB,
# which is more than the socket's buffers take.
SLOW_REQUESTS = 16
LET_GO_SECONDS = 45
# The service keeps 24 MiB of answers and the list that it makes, which is there twice for a moment; the rest
# is what orders and the store's pages take meanwhile. All the lists together are 330 MiB.
SLOW_MEMORY_KIBIBYTES_MAX = 40 * 1024
VENUE_KILLS = 3
EVENT_ORDERS = 2_000
EVENT_SECONDS_MAX = 120


def clock_missing():
    return "" if glob.glob(FAKETIME) else "libfaketime is not installed"


def clock_back(seed):
    """The wall clock goes back by an hour under load; then a start with the clock still behind."""
    library = glob.glob(FAKETIME)[0]
    world = None
    home = scratch()
    control = pathlib.Path(home, "clock")
    control.write_text("+0s")
    try:
        world = World(seed, home=home, environment={
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(control), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"})
        first = _second(world)
        load = world.load()
        until(lambda: len(world.client.acks) > 100, "orders")
        control.write_text(f"-{HOUR}s")
        until(lambda: _second(world) < first - HOUR // 2, "the clock goes back")
        before = len(world.client.acks)
        until(lambda: len(world.client.acks) > before + 100, "orders after the clock went back")
        end(load)
        _must_be_in_order(world)
        _must_be_told_in_time(world)
        world.service.kill()
        world.start()
        load = world.load()
        until(lambda: len(world.client.acks) > before + 250, "orders after a start with an older clock")
        end(load)
        _must_be_in_order(world)
        return str(world.restart_and_audit())
    finally:
        if world:
            world.close()


def _second(world):
    return int(world.service.ask("GET", "/live").json["timestamp"])


def _must_be_told_in_time(world):
    """Nobody waits for an hour to pass again: a caller whose order gets lost is told in the usual time."""
    world.service.ask("PUT", "/api/v1/mock/faults", {"lost_orders": 1})
    order = {"symbol": "BTCUSDT", "side": "BUY", "order_type": "MARKET", "quantity": 0.77777}
    try:
        status = world.service.ask("POST", "/orders", order).status
    except OSError:
        raise Broken("an order that got lost was not answered within 10 s after the clock went back")
    if status != 202:
        raise Broken(f"an order that got lost was answered with {status}")


def _must_be_in_order(world):
    """Ids grow with the journal, whatever the clock says: a page that is read on misses nothing."""
    moments = {order: moment for order, _, moment in world.client.acks.values()}
    ids = [order["order_id"] for order in pages(world.service, "orders")]
    if ids != sorted(ids, reverse=True) or set(moments) - set(ids):
        raise Broken("the list of orders is out of order")
    by_id = sorted(moments)
    # Callers run side by side, so neighbours may be answered in another order, but not far apart.
    for earlier, later in zip(by_id, by_id[20:]):
        if moments[earlier] > moments[later]:
            raise Broken(f"{later} was answered before {earlier}, which has a smaller id")


def _orders_beside(world, count=ORDERS_BESIDE):
    """One caller sends orders; how long they took, as text."""
    connection, times = world.service.connect(), []
    for _ in range(count):
        start = time.monotonic()
        answer = world.client.send(connection, world.client.new_order())
        times.append(time.monotonic() - start)
        if answer is None or answer.status != 201:
            raise Broken(f"an order beside them is answered with {answer and answer.status}")
    connection.close()
    times.sort()
    if times[-1] > ANSWER_SECONDS_MAX:
        raise Broken(f"an order beside them took {times[-1]:.2f} s")
    return f"orders beside them p99 {times[count * 99 // 100] * 1e3:.1f} ms, slowest {times[-1] * 1e3:.1f} ms"


def _close_all(world, callers, sockets):
    """Callers go; the service must have no more sockets than before they came."""
    for caller in callers:
        caller.close()
    until(lambda: world.service.sockets() <= sockets, "their sockets are given back")


def many_connections(seed, count):
    """So many connections are open and have each been answered; orders go on beside them."""
    world, callers = World(seed), []
    try:
        _orders_beside(world, 20)
        sockets, memory = world.service.sockets(), world.service.resident_kibibytes()
        for _ in range(count):
            caller = socket.create_connection(("127.0.0.1", world.service.port), timeout=5)
            callers.append(caller)
            caller.sendall(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
            if not caller.recv(1024).startswith(b"HTTP/1.1 200 "):
                raise Broken(f"connection {len(callers)} is not answered")
        beside = _orders_beside(world)
        grown = (world.service.resident_kibibytes() - memory) / count
        _close_all(world, callers, sockets)
        return f"{count} open, {grown:.1f} KiB each; {beside}; {world.audit()}"
    finally:
        for caller in callers:
            caller.close()
        world.close()


def slow_readers(seed):
    """Callers ask for long lists and never read; they are let go, and others do not feel them."""
    world, callers = World(seed, settings={"SUBMIT_WAIT_MS": "5000"}), []
    try:
        _orders_beside(world, LISTED_ORDERS)
        sockets, memory = world.service.sockets(), world.service.resident_kibibytes()
        for _ in range(SLOW_READERS):
            caller = socket.socket()
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            caller.settimeout(5)
            caller.connect(("127.0.0.1", world.service.port))
            caller.sendall(b"GET /orders?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n" * SLOW_REQUESTS)
            callers.append(caller)
        beside = _orders_beside(world)
        until(lambda: _list_status(world) == 503, "lists are refused for want of room")
        gone = until(lambda: _unread_bytes(world) == 0, "slow readers are let go", LET_GO_SECONDS)
        grown = world.service.peak_kibibytes() - memory
        if grown > SLOW_MEMORY_KIBIBYTES_MAX:
            raise Broken(f"{SLOW_READERS} slow readers take {grown} KiB")
        if _list_status(world) != 200:
            raise Broken("lists are refused although nobody leaves them unread")
        _close_all(world, callers, sockets)
        return (f"{SLOW_READERS} readers took {grown / 1024:.0f} MiB and were let go after {gone:.0f} s; {beside}; "
                f"{world.audit()}")
    finally:
        for caller in callers:
            caller.close()
        world.close()


def _list_status(world):
    return world.service.ask("GET", "/orders?limit=1").status


def _unread_bytes(world):
    lines = world.service.ask("GET", "/metrics").body.decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("http_answer_bytes_waiting "))

def event_readers(seed, count):
    """So many follow the event stream while orders pour in; each gets every event once and in order."""
    world, readers = World(seed), []
    picker = selectors.DefaultSelector()
    try:
        for _ in range(count):
            reader = EventReader(world.service.port)
            readers.append(reader)
            picker.register(reader.socket, selectors.EVENT_READ, reader)
        until(lambda: _open_streams(world) == count, "all streams are open")
        start = time.monotonic()
        load = world.load()
        while len(world.client.acks) < EVENT_ORDERS:
            _take(picker, 0.05)
            if time.monotonic() - start > EVENT_SECONDS_MAX:
                raise Broken(f"only {len(world.client.acks)} orders in {EVENT_SECONDS_MAX} s")
        took = time.monotonic() - start
        orders = len(world.client.acks)
        end(load)
        state = {"state": "REDUCING", "reason": "The end of the stream for this check."}
        if world.service.ask("PUT", "/trading-state", state).status != 200:
            raise Broken("the last event cannot be made")
        while not all(reader.has_ended for reader in readers):
            _take(picker, 1)
            if time.monotonic() - start > EVENT_SECONDS_MAX:
                behind = sum(not reader.has_ended for reader in readers)
                raise Broken(f"{behind} readers have not had the last event after {EVENT_SECONDS_MAX} s")
        whole = time.monotonic() - start
        journal = EventReader(world.service.port, "0")
        readers.append(journal)
        while not journal.has_ended:
            if not journal.take():
                raise Broken(f"a reader of the past was let go after {journal.count} events")
        wrong = [number for number, reader in enumerate(readers) if reader.sum != journal.sum]
        if wrong:
            raise Broken(f"{len(wrong)} of {count} readers lack events or have some twice")
        events = journal.count
        returns = sum(reader.returns for reader in readers)
        return (f"{count} readers had each of {events} events once, {returns} of them after coming back, of {orders} orders at {orders / took:.0f}/s; "
                f"{events * count / whole:,.0f} events/s to all of them; {world.restart_and_audit()}")
    finally:
        for reader in readers:
            reader.socket.close()
        picker.close()
        world.close()


def _open_streams(world):
    text = world.service.ask("GET", "/metrics").body.decode()
    line = next(line for line in text.splitlines() if line.startswith('execution_streams_open{transport="sse"}'))
    return float(line.split()[-1])


def _take(picker, seconds):
    for key, _ in picker.select(seconds):
        reader = key.data
        if reader.take():
            continue
        # Who is too slow is let go, and comes back with the last id that it has.
        picker.unregister(reader.socket)
        reader.come_back()
        picker.register(reader.socket, selectors.EVENT_READ, reader)


class EventReader:
    """Reads server-sent events up to a change of the trading state, and sums up their ids in order."""

    IDS = re.compile(rb"^id: (.+)\nevent: ", re.MULTILINE)

    def __init__(self, port, after=""):
        self.count, self.has_ended, self._ids = 0, False, hashlib.sha256()
        self.port, self.returns = port, 0
        self.open(after)

    def open(self, after):
        self._rest, self._last = b"", after
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.socket.sendall(b"GET /events?types=order,fill,trading_state&last_event_id=" + after.encode()
                            + b" HTTP/1.0\r\n\r\n")

    @property
    def sum(self):
        return self.count, self._ids.digest()

    def take(self):
        data = self.socket.recv(1 << 20)
        if not data:
            return False
        whole, end, rest = (self._rest + data).rpartition(b"\n\n")
        self._rest = rest
        for event in self.IDS.findall(whole):
            self.count += 1
            self._last = event.decode()
            self._ids.update(event + b" ")
        self.has_ended = self.has_ended or b"\nevent: trading_state\n" in whole
        return True

    def come_back(self):
        self.socket.close()
        self.returns += 1
        self.open(self._last)


def silent_venue(seed):
    """The venue loses answers, orders and lookups and is slow, and the service is killed meanwhile."""
    world = World(seed)
    faults = {"lost_answers": 10, "lost_orders": 10, "silent_queries": 10, "latency_ms": 100}
    try:
        for _ in range(VENUE_KILLS):
            answer = world.service.ask("PUT", "/api/v1/mock/faults", faults)
            if answer.status != 200:
                raise Broken(f"the levers are answered with {answer.status}")
            load = world.load(callers=8)
            time.sleep(1)
            world.service.kill()
            end(load)
            world.start()
        pending = len(world.client.doubtful)
        if pending == 0:
            raise Broken("no answer was lost")
        return f"{VENUE_KILLS} kills, {pending} answered 202; {world.audit()}"
    finally:
        world.close()
