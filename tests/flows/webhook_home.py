"""A home whose tenant takes notices, and what posts them: in this process, or over a socket."""

from __future__ import annotations

import io
import json
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from engine_home import make_home

from hub.api.webhooks import Application
from hub.demo.folder import TENANT
from hub.runtime.bootstrap import Installation
from hub_demonstration_channels.webhooks import signature

SECRET_VARIABLE = "HUB_TEST_WEBHOOK_SECRET"
SECRET = "made up for tests"
PATH = f"/webhooks/{TENANT}/demonstration"
PAYMENT = {"payment": {"state": "scheduled", "external_id": "c1", "amount_ore": 12500, "currency": "SEK"}}


def make_webhook_home(folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, more: str = "") -> Path:
    """Lay out a home with a receiver, and `hub serve` listening on a free port."""
    home = make_home(folder, database_url, monkeypatch).home
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    with (home / "tenants" / f"{TENANT}.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[plugins.demonstration_channels]\nwebhook_secret = "env:{SECRET_VARIABLE}"\n')
    with (home / "hub.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[webhooks]\nlisten = "127.0.0.1:0"\n{more}')
    return home


def signed(body: bytes, notice_id: str = "", *, secret: str = SECRET, sent_at: float | None = None) -> dict[str, str]:
    """Return the headers of a notice."""
    notice_id = notice_id or uuid4().hex
    at = str(int(time.time() if sent_at is None else sent_at))
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": at,
        "webhook-signature": signature(secret, notice_id, at, body),
    }


def body_of(said: Any) -> bytes:
    """Return a notice's body."""
    return json.dumps(said).encode()


def called(
    application: Application,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    path: str = PATH,
    **environ: Any,
) -> tuple[int, dict[str, str]]:
    """Post to a WSGI application in this process; return status and headers."""
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    asked = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "wsgi.input": io.BytesIO(body), **named, **environ}
    content = b"".join(application(asked, lambda status, given: answers.append((status, given))))
    ((status, given),) = answers
    assert content == b""
    return int(status.split()[0]), dict(given)


def posted(url: str, body: bytes, headers: dict[str, str], *, path: str = PATH) -> int:
    """Post over a socket; return the status."""
    connection = HTTPConnection(str(urlsplit(url).netloc), timeout=30)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def rows(installation: Installation, statement: str) -> list[tuple[Any, ...]]:
    """Return rows of the database."""
    with installation.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]
