"""Processes that start in milliseconds: forked from one that has imported everything and holds no thread or connection.

The nursery is a process of its own, so that whoever asks for processes may have threads and connections. It ends, and
ends what it has started, when the one that asked is gone.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Self

from hub.testing.killing.moments import found


class Nursery:
    """Starts processes that call a function, each with an argument of its own."""

    def __init__(self, *, warm: Sequence[str] = (), log: Path, paths: Sequence[Path] = ()) -> None:
        """`warm` are modules to import in advance, `paths` where they and those of functions may lie."""
        self._log = log.open("ab")
        self._asking = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub.testing.killing", os.pathsep.join(map(str, paths)), *warm],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def start(self, function: str, argument: Mapping[str, Any]) -> int:
        """Start a process that calls a function, written `module:name`; return its number."""
        return int(self._ask({"start": function, "argument": argument}))

    def ended(self, process: int, *, wait: bool = False) -> int | None:
        """Return how a process has ended, below zero by which signal; None while it lives."""
        status = self._ask({"ended": process, "wait": wait})
        return None if status is None else int(status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End the nursery and all that it started."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def _ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._asking:
            self._process.stdin.write(f"{json.dumps(question)}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the nursery has ended; see {self._log.name!r}")
        return json.loads(answer)


def serve(paths: str, warm: Sequence[str], questions: IO[str], answers: IO[str]) -> None:
    """Import, then start processes as they are asked for, until there are no more questions."""
    sys.path.extend(paths.split(os.pathsep) if paths else [])
    gc.disable()  # what is imported stays, here and in the children
    for module in warm:
        import_module(module)
    gc.freeze()
    living: set[int] = set()
    for line in questions:
        question = json.loads(line)
        if "start" in question:
            owner, name = found(question["start"])
            answer = _fork(getattr(owner, name), question["argument"], living)
        else:
            answer = _ended(question["ended"], living, wait=question["wait"])
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()
    for process in living:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _ended(process: int, living: set[int], *, wait: bool) -> int | None:
    reaped, status = os.waitpid(process, 0 if wait else os.WNOHANG)
    if not reaped:
        return None
    living.discard(process)
    return os.waitstatus_to_exitcode(status)


def _fork(function: Any, argument: dict[str, Any], living: set[int]) -> int | None:
    assert threading.active_count() == 1, "a thread would not be there in the child"
    child = os.fork()
    if child:
        living.add(child)
        return child
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)  # what it prints goes to the log
        gc.enable()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # who is started in the background ignores Ctrl+C
        function(argument)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - a child never goes on as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
