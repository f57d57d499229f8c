"""A PostgreSQL cluster of the benchmark's own, as Debian would make it: on disk, with its defaults,
every commit durable; and pgbench beside it."""
import glob, os, pathlib, re, signal, subprocess, sys, time

# PostgreSQL refuses to run as root, so root's clusters belong to `nobody`.
UNPRIVILEGED = (
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else [])
# A row of about the size of an order's journal entries, in a table with nothing but its key.
INSERTION = "INSERT INTO single_row (body) VALUES (repeat('x', 200));"


class Cluster:
    def __init__(self, directory, port):
        versions = glob.glob("/usr/lib/postgresql/*/bin")
        if not versions:
            sys.exit("PostgreSQL is needed; `make bench` gets it.")
        self.programs = max(versions, key=lambda path: int(path.split("/")[4]))
        self.directory, self.port = directory, port
        data = pathlib.Path(directory, "cluster")
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(data, 65534, 65534)
        self.run("initdb", "--pgdata", data, "--username=fks", "--auth=trust", "--encoding=UTF8",
                 unprivileged=True)
        self.process = subprocess.Popen(
            UNPRIVILEGED + [f"{self.programs}/postgres", "-D", data, "-p", str(port),
                            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
            cwd=data, stderr=subprocess.DEVNULL)
        ready = [f"{self.programs}/pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, stdout=subprocess.DEVNULL).returncode:
            if self.process.poll() is not None:
                sys.exit("PostgreSQL did not start.")
            time.sleep(0.05)
        self.execute("CREATE TABLE single_row (id bigserial PRIMARY KEY, body text)")
        pathlib.Path(directory, "insertion.sql").write_text(INSERTION)

    def run(self, program, *words, unprivileged=False):
        command = (UNPRIVILEGED if unprivileged else []) + [f"{self.programs}/{program}", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout

    def client(self, program, *words):
        return self.run(program, "-h", "127.0.0.1", "-p", str(self.port), "-U", "fks", *words)

    def execute(self, sql):
        self.client("psql", "-d", "postgres", "-c", sql)

    def make_database(self, name):
        """Makes an empty database, and gives its address."""
        self.execute(f"CREATE DATABASE {name}")
        return f"postgresql://fks@127.0.0.1:{self.port}/{name}"

    def insertions_per_second(self, connections, seconds):
        """Rows that so many connections insert, each row with a commit of its own."""
        text = self.client(
            "pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j2", "-T", str(seconds),
            "-f", f"{self.directory}/insertion.sql", "postgres")
        return float(re.search(r"tps = ([\d.]+)", text)[1])

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
