"""What is logged: by `hub serve` a JSON object a line, with ids and no persons; by a library nothing of its own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_home import make_home
from hub_processes import Process

from hub.demo.folder import BGMAX, RECEIVABLES, SOURCE_SYSTEM, DemoFolder
from hub.runtime.facade import Hub
from hub.testing.killing.nursery import Nursery

PERSON = "19121212-1212"


@pytest.fixture
def demo(opened_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    database = shutil.copy(opened_database, tmp_path / "hub.sqlite")
    return make_home(tmp_path / "home", f"sqlite:///{database}", monkeypatch)


def in_a_process(*lines: str) -> str:
    """Run a small program and return what it wrote to standard error."""
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stderr


def personal_texts(demo: DemoFolder) -> Iterator[str]:
    """Yield names, numbers and texts of the demonstration's debtors and payers."""
    yield from _texts(json.loads(demo.file(RECEIVABLES).read_text(encoding="utf-8")))
    yield from (line[2:37].strip() for line in _lines(demo) if line.startswith("26"))  # BgMax: names of payers


def _lines(demo: DemoFolder) -> list[str]:
    return demo.file(BGMAX).read_text(encoding="latin-1").splitlines()


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif name in {"debtor_name", "debtor_identity", "reference", "number"}:
        yield str(value)


def test_every_line_of_serve_is_json_with_ids_and_no_person_in_it(
    demo: DemoFolder, tmp_path: Path, nursery: Nursery
) -> None:
    process = Process(nursery, ("serve", "--home", demo.home), printed=tmp_path / "printed")
    process.wait_for("node works")
    with Hub.open(demo.home, wait_s=30) as hub:
        hub.import_receivables(demo.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
        receipts = hub.receive_all([demo.file(BGMAX), demo.home / "hub.toml"])
    process.send_signal(signal.SIGTERM)
    code = process.ends(within_s=30)

    lines = [json.loads(line) for line in process.told]
    assert ((tmp_path / "printed").read_text(), code) == ("", 0)
    assert {line["node"] for line in lines} == {"home"}
    assert [lines[0]["event"], lines[-1]["event"]] == ["node works", "node stops"]
    ended = {line["run_id"]: line for line in lines if line["event"] == "run ended"}
    for receipt in receipts:
        line = ended[receipt.run_id]
        assert (line["tenant"], line["exchange_no"]) == ("nordvik", receipt.exchange.number)
    persons = {text for text in personal_texts(demo) if len(text) > 3}
    assert len(persons) > 20
    assert {text for text in persons if text in "".join(process.told)} == set()


def test_a_library_user_sees_nothing_unless_logging_is_configured() -> None:
    program = ["from hub.runtime.logs import about, logger", "with about(run_id='r'): logger('runs').error('ended')"]

    assert in_a_process(*program) == ""
    assert "'run_id': 'r'" in in_a_process("import logging", "logging.basicConfig()", *program)


def test_of_other_libraries_it_is_told_where_they_warned_and_not_what_they_quoted() -> None:
    lines = in_a_process(
        "import logging, warnings",
        "from hub.runtime.logs import log_to_stderr",
        "log_to_stderr(as_json=True)",
        f"logging.getLogger('urllib3.pool').warning('retrying /persons/%s', '{PERSON}')",
        "try:",
        f"    raise KeyError('{PERSON}')",
        "except KeyError:",
        "    logging.getLogger('dbos').exception('failed')",
        f"warnings.warn('odd: {PERSON}')",
        "logging.getLogger('apscheduler').warning('the clock is late')",
    ).splitlines()

    told = [json.loads(line) for line in lines]
    assert [line["logger"] for line in told] == ["urllib3.pool", "dbos", "py.warnings", "apscheduler"]
    assert told[1]["error"] == "KeyError"
    assert told[3]["event"] == "the clock is late"
    assert [line for line in lines if "1212" in line] == []


def test_what_is_written_for_a_person_into_a_file_has_no_colours() -> None:
    written = in_a_process(
        "from hub.runtime.logs import log_to_stderr, logger",
        "log_to_stderr(as_json=False)",
        "logger('x').info('hello')",
    )

    assert "hello" in written
    assert "\x1b" not in written
