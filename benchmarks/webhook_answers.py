"""How soon a webhook is answered while a payment file posts: `python benchmarks/webhook_answers.py --payments 100000`.

One `hub serve` does both. Notices are posted at a steady rate, each with an id of its own: first while nothing else
goes on, then while the file of the same tenant is read and posted. Nobody repeats a 503 here: they are counted.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from comparing import circumstances, made_file, save
from fair_share import BIG, URL_VARIABLE, WAIT_S
from posting_databases import new_database
from working_home import at_work

from hub.demo.folder import lay_out
from hub.runtime.facade import Hub
from hub_demonstration_channels.webhooks import signature

SECRET_VARIABLE, SECRET = "HUB_BENCHMARK_WEBHOOK_SECRET", "made up"
ALONE_S = 10.0
SENDERS = 32
PATIENCE_S = 1.0  # of a sender
BODY = json.dumps({"payment": {"state": "settled", "external_id": "c", "amount_ore": 1, "currency": "SEK"}}).encode()


class Answer(NamedTuple):
    status: int
    took_s: float


def measure(chosen: argparse.Namespace) -> None:
    """Take the times of answers alone and beside the file, and show them."""
    file = made_file("bgmax", chosen.payments, chosen.folder, matching=False)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder, new_database(chosen.database, Path(folder)) as url:
        os.environ.update({URL_VARIABLE: url, SECRET_VARIABLE: SECRET})
        home, port = _home(Path(folder) / "home")
        with Hub.open(home, BIG):  # makes the tables
            pass
        with at_work(home, "serve"):
            _post(port)
            begun = time.perf_counter()
            alone = _sent_while(port, chosen.rate, lambda: time.perf_counter() - begun < ALONE_S)
            begun = time.perf_counter()
            command = [sys.executable, "-m", "hub.cli", "receive", str(file), "--home", str(home)]
            with subprocess.Popen([*command, "--wait", str(WAIT_S)], stdout=subprocess.DEVNULL) as receiving:
                beside = _sent_while(port, chosen.rate, lambda: receiving.poll() is None)
            file_s = time.perf_counter() - begun
    _report(chosen, alone, beside, file_s)


def _home(folder: Path) -> tuple[Path, int]:
    home = lay_out(folder).home
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = f'[database]\nurl = "env:{URL_VARIABLE}"\n[webhooks]\nlisten = "127.0.0.1:{port}"\n'
    (home / "hub.toml").write_text(settings, encoding="utf-8")
    with (home / "tenants" / f"{BIG}.toml").open("a", encoding="utf-8") as tenant:
        tenant.write(f'\n[plugins.demonstration_channels]\nwebhook_secret = "env:{SECRET_VARIABLE}"\n')
    return home, port


def _sent_while(port: int, rate: int, goes_on: object) -> list[Answer]:
    """Post notices at a steady rate, whether earlier ones are answered or not."""
    assert callable(goes_on)
    answers: list[Future[Answer]] = []
    begun = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        while goes_on():
            answers.append(senders.submit(_post, port))
            time.sleep(max(0, begun + len(answers) / rate - time.perf_counter()))
    return [answer.result() for answer in answers]


def _post(port: int) -> Answer:
    notice_id, at = uuid4().hex, str(int(time.time()))
    headers = {
        "webhook-id": notice_id,
        "webhook-timestamp": at,
        "webhook-signature": signature(SECRET, notice_id, at, BODY),
    }
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", f"/webhooks/{BIG}/demonstration", BODY, headers)
    status = connection.getresponse().status
    connection.close()
    return Answer(status, time.perf_counter() - begun)


def _figures(answers: list[Answer]) -> dict[str, object]:
    times = sorted(answer.took_s for answer in answers)
    return {
        "notices": len(answers),
        "p50_ms": round(1000 * statistics.median(times)),
        "p99_ms": round(1000 * times[int(0.99 * (len(times) - 1))]),
        "largest_ms": round(1000 * times[-1]),
        "too_late": sum(taken > PATIENCE_S for taken in times),
        "statuses": dict(Counter(str(answer.status) for answer in answers)),
    }


def _report(chosen: argparse.Namespace, alone: list[Answer], beside: list[Answer], file_s: float) -> None:
    result = {
        "benchmark": "webhook_answers",
        "database": chosen.database,
        "payments": chosen.payments,
        "notices_per_second": chosen.rate,
        "alone": _figures(alone),
        "beside": _figures(beside),
        "file_s": round(file_s, 1),
        **circumstances(),
    }
    print(json.dumps({name: result[name] for name in ("alone", "beside", "file_s")}, indent=2))
    save(result, chosen.save)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rate", type=int, default=10, help="notices a second")
    parser.add_argument("--folder", type=Path, default=Path("benchmark-files").resolve())
    parser.add_argument("--save", default="")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
