"""Faults at exact system calls of the running service, by strace."""
import os, pathlib, shutil, subprocess, time

from service import Broken, forget, later

# Long, because the machine may be busy with other things.
ATTACH_SECONDS = 20


class Tracer:
    """strace on a running service. `inject` is what strace takes after `inject=`; with `path`, only
    calls on that file count. Counting begins here and is by thread."""

    def __init__(self, service, call, inject, path=None):
        self._notes = pathlib.Path(service.home, "strace")
        self._notes.write_text("")
        command = ["strace", "-f", "-o", str(service.home / "calls"), "-e", f"trace={call}",
                   "-e", f"inject={call}:{inject}", "-p", str(service.pid)]
        if path:
            command[1:1] = ["-P", str(path)]
        with open(self._notes, "wb") as notes:
            self.process = subprocess.Popen(command, stdout=notes, stderr=notes)
        self._entry = later(self.end)
        self._wait_attached()

    def _wait_attached(self):
        deadline = time.monotonic() + ATTACH_SECONDS
        while "attached" not in self._notes.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                text = self._notes.read_text()
                self.end()
                raise Broken(f"strace does not attach: {text.strip()[-300:]}")
            time.sleep(0.002)

    def calls(self, mark):
        """How often strace noted this, such as `(INJECTED)`."""
        return pathlib.Path(self._notes.parent, "calls").read_text(errors="replace").count(mark)

    def end(self):
        """Lets the service go on without being watched."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        forget(self._entry)


def missing():
    """Why nothing can be injected here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    child = subprocess.Popen(["sleep", "30"])
    entry = later(child.kill)
    try:
        tried = subprocess.run(["timeout", "2", "strace", "-e", "trace=none", "-p", str(child.pid)],
                               capture_output=True, text=True)
        return "" if "attached" in tried.stderr else f"ptrace is not permitted ({tried.stderr.strip()[-120:]})"
    finally:
        child.kill()
        child.wait()
        forget(entry)
