#!/usr/bin/env python3
"""Starts bridges to ccxt for the tests of the gateway: a line with settings in, a line about the
bridge out; a line with the name of its file ends it. ccxt takes a second to load, so it is loaded
once, and every bridge is a fork. All end with the standard input, and so with the tests."""
import json
import os
import signal
import sys

sys.path.insert(0, sys.argv[1])
import bridge

children = {}
signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def end(file):
    try:
        os.kill(children.pop(file), signal.SIGKILL)
    except ProcessLookupError:
        pass


for line in sys.stdin:
    asked = json.loads(line)
    if isinstance(asked, str):
        end(asked)
        continue
    child = os.fork()
    if child == 0:
        sys.stdin.close()
        os.environ.update(asked)
        bridge.main()
        os._exit(0)
    children[asked["DATA_FILE"]] = child
for file in list(children):
    end(file)
