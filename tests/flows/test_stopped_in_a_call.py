"""A process that is told to stop while a call of it gets no answer: until it ends, its run is nobody else's."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from engine_home import make_home
from test_channel_limits import CHANNELS, PATIENCE_S, add, plan
from test_workers import pause

from hub.contracts import Promise
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.rules.attempts import NOBODY_SAW_THE_END
from hub.runtime.facade import Hub

STOPS_WITHIN_S = 3  # instead of a minute; it has three heartbeats in it
BEATS = 3  # the last one before it was told, one until it looks whether it was, and one that shows that it goes on
# The channel's connection is closed when its call has ended, as those of mail servers and of SFTP are.
SERVES = f"""
import time
from hub.cli.__main__ import main
from hub.runtime import engine
from hub_demonstration_channels.channels import DemonstrationChannel
engine.STOP_WAIT_S = {STOPS_WITHIN_S}
DemonstrationChannel.close = lambda channel: time.sleep(60)
main()
"""


def test_a_process_told_to_stop_beats_until_it_has_and_leaves_a_call_that_gets_no_answer(
    tmp_path: Path, sqlite_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nursery's process would end with its threads unasked; this one is a whole interpreter."""
    database_url = f"sqlite:///{shutil.copy(sqlite_database, tmp_path / 'hub.sqlite')}"
    demo = make_home(tmp_path / "home", database_url, monkeypatch)
    with Counterparty(tmp_path / "accepted.jsonl") as counterparty, Hub.open(demo.home, "nordvik") as hub:
        tables = CHANNELS.format(address=counterparty.address).replace("timeout_s = 10.0", "timeout_s = 55.0")
        add(demo.home / "tenants" / "nordvik.toml", tables)
        plan(hub._installation, "nordvik", Promise.NEITHER, 0, 1)
        counterparty.faults.order(Promise.NEITHER, Fault.TIME_OUT_AFTER_ACCEPT)
        words = [sys.executable, "-c", SERVES, "serve", "--home", str(demo.home)]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as serving:
            wait_for_the_call(hub)
            serving.send_signal(signal.SIGTERM)
            beats: set[int] = set()
            while len(beats) < BEATS and serving.poll() is None:
                beats.update(node.seen_at for node in hub._installation.nodes.all())
                pause()
            _, told = serving.communicate(timeout=PATIENCE_S / 2)

        assert serving.returncode == 0
        assert len(beats) == BEATS
        assert "runs have not stopped" in [json.loads(line)["event"] for line in told.splitlines()]
        assert hub.attempts.latest()[0].state == "started"
        hub.work()
        [attempt] = hub.attempts.latest()
        assert (attempt.state, attempt.problem, attempt.sends) == ("unknown", NOBODY_SAW_THE_END, 1)


def wait_for_the_call(hub: Hub) -> None:
    for _ in range(PATIENCE_S * 10):
        if [attempt.state for attempt in hub.attempts.latest()] == ["started"]:
            return
        pause()
    raise AssertionError("nobody calls")
