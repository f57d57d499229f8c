"""Several processes on one PostgreSQL database, whose writer is killed or halted again and again under load.

The callers speak to all processes. They follow a 307, and send what had no answer, or a 503, again under its
key to another process, until they are answered.
"""
import glob, os, random, signal, sqlite3, sys, threading, time, urllib.parse

from audit import Findings, audit
from callers import Client, Load
from service import ROOT, Broken, Connection, Service, free_port, fresh_data, later, scratch
from world import end, until

sys.path.append(str(ROOT / "Tests/bench"))
import postgresql

PROCESSES = 3
CALLERS = 6
# Ends of a writer in one database, after which everything is checked.
ENDS_PER_WORLD = 20
# Every so many ends the writer is not killed, but halted until another one has taken over.
HALT_EVERY = 8
ORDERS_BETWEEN = 15
PAUSE_SECONDS = (0.0, 0.4)
# A caller waits no longer for a process that may be halted.
CALLER_SECONDS = 3
TAKEOVER_SECONDS = 30
RETRYABLE = {"NOT_THE_WRITER", "STORE_UNAVAILABLE", "VENUE_GATE_CLOSED"}


class Caller:
    """A caller's connections to all processes; errors of the transport are OSErrors."""

    def __init__(self, cluster):
        self._cluster, self._connections = cluster, {}
        self._chance = random.Random(id(self))
        self.switch()

    def switch(self):
        """Goes to another process, as a load balancer would."""
        self._port = self._chance.choice(self._cluster.ports)

    def ask(self, method, path, body=None, headers=None):
        for _ in range(3):
            if self._port not in self._connections:
                self._connections[self._port] = Connection(self._port, CALLER_SECONDS)
            answer = self._connections[self._port].ask(method, path, body, headers)
            if answer.status != 307:
                return answer
            self._port = urllib.parse.urlsplit(answer.location).port
        raise OSError("a 307 leads to another, and to another")

    def close(self):
        for connection in self._connections.values():
            connection.close()


class ClusterClient(Client):
    """The callers' memory. What ever had no answer may have arrived, whatever is answered later."""

    def __init__(self, seed):
        super().__init__(seed)
        self.is_over = threading.Event()
        self.uncertain = 0
        self._lost = set()

    def send(self, connection, number):
        while True:
            answer = super().send(connection, number)
            if answer is None:
                with self.lock:
                    self._lost.add(number)
            if answer is not None and answer.status != 503 or self.is_over.is_set():
                return answer
            connection.switch()
            time.sleep(0.01)

    def _note(self, number, answer):
        code = answer.json.get("code")
        if answer.status == 503:
            if code not in RETRYABLE:
                self.surprises.append(f"request {number} is answered with 503 {code}")
            if number in self._lost:
                return
        if answer.status == 422 and code == "WRITER_UNCERTAIN":
            with self.lock:
                self.unanswered.discard(number)
                self.gone.add(number)
                self.uncertain += 1
            return
        super()._note(number, answer)

    def cancel(self, connection, order):
        super().cancel(connection, order)
        return True


class ClusterLoad(Load):
    def _move_price(self, connection, chance):
        super()._move_price(connection, chance)
        return True


class Cluster:
    """The processes, on one database and with one simulated exchange."""

    def __init__(self, url, seed):
        self.home = scratch()
        self.data = fresh_data(self.home)
        self._url, self.client = url, ClusterClient(seed)
        self._chance = random.Random(seed)
        self.processes = [self._start(number) for number in range(PROCESSES)]
        self.takeovers, self.halts = [], []
        until(lambda: self.leader(), "a writer")

    def _start(self, number):
        home = self.home / f"process-{number}"
        home.mkdir(exist_ok=True)
        if not (home / "data").exists():
            os.symlink(self.data, home / "data")
        return Service(self.data, home, {"DATABASE_URL": self._url}, wait=False, is_advertised=True)

    @property
    def ports(self):
        return [process.port for process in self.processes]

    def connect(self):
        return Caller(self)

    def leader(self):
        return next((process for process in self.processes if process.is_ready()), None)

    def end_leader(self, is_halt):
        """Ends the writer at some moment, and waits until another process takes orders."""
        before = len(self.client.acks)
        until(lambda: len(self.client.acks) > before + ORDERS_BETWEEN, "orders", TAKEOVER_SECONDS)
        leader = until_given(self.leader, "a writer")
        time.sleep(self._chance.uniform(*PAUSE_SECONDS))
        start = time.monotonic()
        if is_halt:
            self._halt(leader)
        else:
            leader.kill()
        others = [process for process in self.processes if process is not leader]
        until(lambda: any(process.is_ready() for process in others), "another writer", TAKEOVER_SECONDS)
        (self.halts if is_halt else self.takeovers).append(time.monotonic() - start)
        if is_halt:
            time.sleep(self._chance.uniform(*PAUSE_SECONDS))
            leader.signal(signal.SIGCONT)
            until(lambda: "stands by" in leader.reasons(), "the halted process stands by", TAKEOVER_SECONDS)
        else:
            number = self.processes.index(leader)
            self.processes[number] = self._start(number)

    def _halt(self, leader):
        """Halts a process, but not its exchange in the middle of a commit: a real one goes on."""
        while True:
            leader.signal(signal.SIGSTOP)
            until(leader.stands_still, "a halt")
            file = sqlite3.connect(self.data / "mock.db", timeout=0)
            try:
                file.execute("BEGIN IMMEDIATE")
                file.execute("ROLLBACK")
                return
            except sqlite3.OperationalError:
                leader.signal(signal.SIGCONT)
                time.sleep(0.001)
            finally:
                file.close()

    def audit(self):
        leader = until_given(self.leader, "a writer")
        for process in self.processes:
            if process is not leader:
                process.kill()
        return audit(leader, self.client)

    def close(self):
        for process in self.processes:
            process.signal(signal.SIGCONT)
            process.kill()


def until_given(value, what):
    found = []
    until(lambda: found.append(value()) or found[-1], what, TAKEOVER_SECONDS)
    return found[-1]


def missing():
    """Why this cannot be tried; empty if it can."""
    return "" if glob.glob("/usr/lib/postgresql/*/bin") else "PostgreSQL is not installed"


def _server():
    home = scratch()
    # The server runs as another user, and has to get to its own directory.
    os.chmod(home, 0o755)
    server = postgresql.Cluster(home, free_port())
    later(server.stop)
    return server


def ends_of_leaders(count, seed):
    """So many ends of a writer; the figures as text."""
    server = _server()
    total, takeovers, halts, uncertain, refused = Findings(), [], [], 0, 0
    for first in range(0, count, ENDS_PER_WORLD):
        cluster = Cluster(server.make_database(f"chaos_{first}"), seed * 1_000 + first)
        try:
            load = ClusterLoad(cluster, cluster.client, CALLERS)
            for number in range(first, min(first + ENDS_PER_WORLD, count)):
                cluster.end_leader(is_halt=number % HALT_EVERY == HALT_EVERY - 1)
            cluster.client.is_over.set()
            end(load)
            total.add(cluster.audit())
            takeovers, halts = takeovers + cluster.takeovers, halts + cluster.halts
            uncertain, refused = uncertain + cluster.client.uncertain, refused + len(cluster.client.refusals)
        except Exception as error:
            logs = "\n".join(f"{process.port}: {process.log()[-800:]}" for process in cluster.processes)
            raise Broken(f"after {len(takeovers)} kills and {len(halts)} halts, seed {seed}: {error!r}\n{logs}")
        finally:
            cluster.close()
    if total.problems:
        raise Broken(f"{total}\n      " + "\n      ".join(total.problems[:10]))
    return (f"{len(takeovers)} kills, taken over after {_figures(takeovers)}; {len(halts)} halts, after "
            f"{_figures(halts)}; {refused} answers of 503, {uncertain} of 422 WRITER_UNCERTAIN, no other error; {total}")


def _figures(seconds):
    if not seconds:
        return "-"
    return f"{sorted(seconds)[len(seconds) // 2]:.2f} s, at most {max(seconds):.2f} s"
