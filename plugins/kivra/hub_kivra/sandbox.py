"""Kivra on this machine, as its documentation describes it: a server on loopback, whose own log is the judge.

Here everybody has a mailbox, but those who turned the sender off: by `opt_out`, `begin_grace`, or a file in its folder,
`opted_out.txt`, with a personal number or VAT number on each line. `notify` tells of payments. Faults meet the next
contents.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.contracts import Received
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults
from hub_kivra.sandbox_log import ContentLog
from hub_kivra.sandbox_notices import declined_notice, headers_of, payment_notice, post
from hub_kivra.sandbox_service import CONTENT, OWN_FAULTS, KivraService

DECLINED = "declined"
SLOW_S = 0.3
_OPTED_OUT = "opted_out.txt"
_CLIENT, _TENANT_KEY = "hub-trial", "1424780396" + "ab" * 16
_CLIENT_SECRET_NAME, _WEBHOOK_SECRET_NAME = "HUB_KIVRA_SANDBOX_SECRET", "HUB_KIVRA_SANDBOX_WEBHOOK_SECRET"


class KivraSandbox(LoopbackSandbox):
    """The counterparty of the channel `kivra`."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """It keeps what it takes in `folder`; `port` 0 takes a free one."""
        self.webhook_secrets: tuple[str, ...] = (_made_up("webhook"),)
        self.service = KivraService(ContentLog(folder), (_CLIENT, _made_up("client")), _TENANT_KEY)
        listed = folder / _OPTED_OUT
        queue = FaultQueue()
        self.server = LoopbackServer(self.service, queue, port=port, slow_s=SLOW_S)
        orders = {**http_faults(queue, CONTENT), **counted_faults(self.service.faults, OWN_FAULTS, self.service.lock)}
        super().__init__(orders, self.server)
        self.opt_out(*(listed.read_text(encoding="utf-8").split() if listed.exists() else ()))

    @property
    def name(self) -> str:
        """The channel's."""
        return "kivra"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What `[plugins.kivra]` needs to talk to it."""
        return {
            "address": self.address,
            "client_id": _CLIENT,
            "client_secret": f"env:{_CLIENT_SECRET_NAME}",
            "sender": _TENANT_KEY,
            "webhook_secret": f"env:{_WEBHOOK_SECRET_NAME}",
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """The two secrets, made up."""
        return {_CLIENT_SECRET_NAME: _made_up("client"), _WEBHOOK_SECRET_NAME: self.webhook_secrets[0]}

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.server.address

    def received(self) -> Sequence[Received]:
        """Return every content that lies in a mailbox."""
        return [Received(taken.recipient, taken.document, taken.sha256) for taken in self.service.log.all()]

    def order_for(self, target: str, fault: str, times: int = 1) -> None:
        """Let the next calls of one kind go wrong by HTTP: `auth`, `match` or `content`. Raises ValueError."""
        self.server.faults.order(target, Fault(fault), times)

    def opt_out(self, *numbers: str) -> None:
        """Let recipients turn the sender off."""
        self.service.opted_out.update(numbers)

    def begin_grace(self, *numbers: str) -> None:
        """Let recipients have turned the sender off a few days ago: they are not matched, and still delivered to."""
        self.service.in_grace.update(numbers)

    def notify(
        self, url: str, object_key: str, event: str = "settled", *, copies: int = 1, is_forged: bool = False,
        at: datetime | None = None,
    ) -> list[int]:  # fmt: skip
        """Post that a content was paid, or was `declined`, and return the statuses of the answers.

        All copies have one id; a forged one is signed with another secret. Raises KeyError for an unknown content.
        """
        when = at or datetime.now(UTC)
        taken = self.service.log.find(object_key)
        notice = declined_notice(taken, when) if event == DECLINED else payment_notice(taken, event, when)
        secrets = (_made_up("somebody else's"),) if is_forged else self.webhook_secrets
        headers = headers_of(notice, secrets, int(when.timestamp()))
        return [post(url, notice, headers) for _ in range(copies)]


def _made_up(what: str) -> str:
    """Return a secret that is the same each time, so that settings outlive the process."""
    return base64.b64encode(hashlib.sha256(f"hub sandbox kivra {what}".encode()).digest()).decode()
