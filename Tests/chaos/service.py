"""The built service as a child process, and everything that has to be put back afterwards.

Each thing that outlives a statement (a process, a mount, a scratch folder) is put on one list and is
undone in reverse order when the script ends, however it ends. Processes are ended by their own id.
"""
import atexit, http.client, json, os, pathlib, resource, shutil, signal, socket, subprocess, sys, tempfile, time
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Callers wait longer than any fault lasts.
PATIENCE_SECONDS = 60
BINARY = pathlib.Path(os.environ.get("FKS_CHAOS_BINARY", ROOT / ".build/release/fks-execution"))
# No limit of the owner stands in the way of the load, and the account cannot run dry.
UNLIMITED = {
    "MAX_ORDERS_PER_SECOND": "off", "MAX_ORDER_NOTIONAL": "off", "MAX_POSITION_NOTIONAL": "off",
    "MAX_OPEN_ORDERS": "off", "PRICE_COLLAR_PERCENT": "off", "MOCK_BALANCES": "USDT=100000000000",
    "CIRCUIT_BREAKER_THRESHOLD": "1000", "MAX_CONNECTIONS": "20000"}
READY_SECONDS = 20
DESCRIPTORS = 24_000
_undo = []


def later(action, *arguments):
    """Remembers what is to be undone at the end, unless it is forgotten because it was done before."""
    _undo.append((action, arguments))
    return _undo[-1]


def forget(entry):
    if entry in _undo:
        _undo.remove(entry)


def _undo_all():
    while _undo:
        action, arguments = _undo.pop()
        try:
            action(*arguments)
        except Exception as error:
            print(f"could not clean up: {error}", file=sys.stderr)


atexit.register(_undo_all)
for _number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, lambda number, frame: sys.exit(128 + number))


def scratch():
    path = pathlib.Path(tempfile.mkdtemp(prefix="fks-chaos-"))
    later(shutil.rmtree, path, True)
    return path


def fresh_data(home):
    (home / "data").mkdir()
    return home / "data"


def allow_descriptors():
    """Raises the limit on open files as far as it goes, and says how far that is."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    count = min(hard, DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    return count


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broken(Exception):
    """The service did something that it must not do."""


class Answer:
    def __init__(self, status, body, location=None):
        self.status, self.body, self.location = status, body, location

    @property
    def json(self):
        return json.loads(self.body, parse_float=Decimal, parse_int=Decimal)


class Connection:
    """One kept connection; every error of the transport is an OSError."""

    def __init__(self, port, timeout=PATIENCE_SECONDS):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None):
        try:
            self._http.request(method, path, None if body is None else json.dumps(body).encode(), headers or {})
            answer = self._http.getresponse()
            return Answer(answer.status, answer.read(), answer.headers.get("Location"))
        except http.client.HTTPException as error:
            self._http.close()
            raise OSError(f"the connection broke: {error!r}")
        except OSError:
            self._http.close()
            raise

    def close(self):
        self._http.close()


class Service:
    """A running service whose store and whose venue lie in `data`. One that is advertised tells others where it is."""

    def __init__(self, data, home, settings=None, environment=None, wait=True, is_advertised=False):
        self.data, self.home, self.port = pathlib.Path(data), pathlib.Path(home), free_port()
        self.log_path = self.home / "log"
        values = dict(
            UNLIMITED, HOST="127.0.0.1", SERVICE_PORT=str(self.port), LOG_LEVEL="warning",
            DATABASE_URL=f"sqlite:{self.data}/execution.db", SWIFT_BACKTRACE="enable=no",
            PATH=os.environ["PATH"], **(environment or {}))
        values.update(settings or {})
        if is_advertised:
            values["ADVERTISED_URL"] = f"http://127.0.0.1:{self.port}"
        if "LD_LIBRARY_PATH" in os.environ:
            values["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([BINARY], env=values, cwd=self.home, stdout=log, stderr=log)
        self._entry = later(self.kill)
        self._environment = values
        self.ready_seconds = self.wait_ready() if wait else None

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def connect(self, timeout=PATIENCE_SECONDS):
        return Connection(self.port, timeout)

    def ask(self, method, path, body=None, timeout=10):
        connection = self.connect(timeout)
        try:
            return connection.ask(method, path, body)
        finally:
            connection.close()

    def is_ready(self):
        try:
            return self.ask("GET", "/ready", timeout=2).status == 200
        except OSError:
            return False

    def reasons(self):
        """Why it takes no orders, in its own words."""
        try:
            return self.ask("GET", "/ready", timeout=2).body.decode()
        except OSError:
            return ""

    def wait_ready(self, seconds=READY_SECONDS):
        """How many seconds it took until orders are taken."""
        start = time.monotonic()
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - start > seconds:
                raise Broken(f"it is not ready after {time.monotonic() - start:.1f} s:\n{self.log()[-2000:]}")
            time.sleep(0.005)
        return time.monotonic() - start

    def signal(self, number):
        if self.process.poll() is None:
            os.kill(self.pid, number)

    def stands_still(self):
        """Whether all its threads have taken a SIGSTOP."""
        tasks = pathlib.Path(f"/proc/{self.pid}/task").iterdir()
        return all((task / "stat").read_text().rpartition(") ")[2].startswith("T") for task in tasks)

    def kill(self):
        """Ends it as a crash does; harmless if it has ended."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        forget(self._entry)

    def has_died(self, seconds):
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def stop(self):
        """Ends it in order."""
        self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            raise Broken("it does not stop within 20 s of SIGTERM")
        forget(self._entry)
        if status != 0:
            raise Broken(f"a stop in order ends with status {status}:\n{self.log()[-2000:]}")

    def tool(self, name):
        """A command of the executable on the same store, by the true clock: its status and what it prints."""
        environment = {key: value for key, value in self._environment.items() if key != "LD_PRELOAD"}
        done = subprocess.run(
            [BINARY, name], env=environment, cwd=self.home, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def remove_home(self):
        """Takes the scratch folder away before the end, where there are many."""
        shutil.rmtree(self.home, ignore_errors=True)

    def resident_kibibytes(self):
        return self._memory("VmRSS:")

    def peak_kibibytes(self):
        """The most that it has had at any time."""
        return self._memory("VmHWM:")

    def _memory(self, name):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        raise Broken("the process has no memory")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def sockets(self):
        return sum(self._is_socket(path) for path in pathlib.Path(f"/proc/{self.pid}/fd").iterdir())

    @staticmethod
    def _is_socket(path):
        try:
            return os.readlink(path).startswith("socket:")
        except FileNotFoundError:
            return False
