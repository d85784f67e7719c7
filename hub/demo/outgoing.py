"""The demonstration's invoices out: a mixed batch goes to the other sides of all plugins, on this machine."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hub.demo.folder import DOCUMENTS, TENANT, DemoFolder
from hub.model.deliveries import DocumentRow, DocumentStep
from hub.runtime.facade import Hub
from hub.runtime.sandboxes import RunningSandbox, installed_makers, running
from hub.services.delivery import Acceptance

SANDBOX = "sandbox"
FIRST_PORTS = range(9310, 9910, 20)  # blocks of ports, of which the first free one is taken
MOST_SANDBOXES = 20
PLUGINS = ("peppol", "operator", "internet_bank", "kivra", "email", "letter")
BOUNCES = ("email", "bounce")  # what one of the debtors' mail servers does
_SECRET = re.compile(r'"env:([A-Z0-9_]+)"')


class Sent(NamedTuple):
    """A document that was handed over, and the way it took; no row when it was refused."""

    acceptance: Acceptance
    row: DocumentRow | None
    steps: Sequence[DocumentStep]


class Outgoing(NamedTuple):
    """What became of the batch."""

    sent: list[Sent]
    received: dict[str, int]  # by each other side's own count
    plugins: list[str]  # whose other sides they are: these alone have the ports of the settings
    first_port: int  # 0 when no block was free, so that each took some other one


def send_documents(folder: DemoFolder) -> Outgoing | None:
    """Send the batch, ask what came back, and send that by the next channel; None when no plugin has another side."""
    offered = {plugin for plugin, _ in installed_makers()}
    plugins = [name for name in PLUGINS if name in offered]
    if not plugins:
        return None
    port = _free_ports()
    with running(folder.home / SANDBOX, plugins, first_port=port) as sandboxes:
        turn_on(folder.home, sandboxes)
        _let_go_wrong(sandboxes)
        with Hub.open(folder.home, TENANT) as hub:
            accepted = hub.documents.deliver(folder.file(DOCUMENTS))
            hub.documents.follow()
            sent = [_way(hub, one) for one in accepted]
        received = {one.sandbox.name: len(one.sandbox.received()) for one in sandboxes}
    return Outgoing(sent, received, plugins, port)


def _way(hub: Hub, accepted: Acceptance) -> Sent:
    if accepted.document_no is None:
        return Sent(accepted, None, ())
    shown = hub.documents.show(accepted.document_no)
    return Sent(accepted, shown.row, shown.steps)


def turn_on(home: Path, sandboxes: Sequence[RunningSandbox]) -> None:
    """Write the plugins' tables into the tenant's settings, and their secrets into files beside."""
    secrets = home / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    tables = []
    for one in sandboxes:
        tables.append(_SECRET.sub(r'"file:secrets/\1"', one.table))
        for name, secret in one.sandbox.secrets.items():
            with os.fdopen(os.open(secrets / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secret)
    settings = home / "tenants" / f"{TENANT}.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write("\n# The other sides of these are served by: hub sandbox\n" + "\n\n".join(tables) + "\n")


def _let_go_wrong(sandboxes: Sequence[RunningSandbox]) -> None:
    name, fault = BOUNCES
    for one in sandboxes:
        if one.sandbox.name == name and fault in one.sandbox.faults:
            one.sandbox.order(fault)


def _free_ports() -> int:
    """Return the first port of a block in which all are free; 0 when there is none."""
    return next((first for first in FIRST_PORTS if all(map(_is_free, range(first, first + MOST_SANDBOXES)))), 0)


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) != 0
