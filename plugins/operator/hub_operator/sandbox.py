"""The operators' side on this machine: what both have in common, and which one a network has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.contracts import Received, Sandbox, SandboxMaker
from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import HttpService, LoopbackServer
from hub.loopback.kept_secrets import kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults
from hub_operator.sandbox_inexchange import InExchangeSide
from hub_operator.sandbox_maventa import MaventaSide
from hub_operator.sandbox_register import OWN_FAULTS, Books

OTHER_TARGETS = ("upload", "question", "token")
FORMAT = "bis-billing-3"
RECEIVERS = (("5560000001", "Exempelbolaget AB"), ("9999999999", "Provbolaget AB"))


class OperatorSandbox(LoopbackSandbox):
    """One operator that serves; faults are named after what they hit, those of the call that sends after nothing."""

    name = "operator"

    def __init__(self, folder: Path, network: str, side: Callable[[Books], HttpService], path: str, port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.books = Books(
            folder / f"{network}.jsonl",  # of its own: another one has taken nothing of it
            document_format=FORMAT,
            software_key=kept_secret(folder, "software_key"),
            user_key=kept_secret(folder, "user_key"),
        )
        for number, called in RECEIVERS:
            self.books.enlist(number, called)
        self._network, self._path = network, path
        queue = FaultQueue()
        self.server = LoopbackServer(side(self.books), queue, port=port)
        orders = {**http_faults(queue, "send"), **counted_faults(self.books.faults, OWN_FAULTS, self.books.lock)}
        for target in OTHER_TARGETS:
            orders |= http_faults(queue, target, prefix=f"{target}_")
        super().__init__(orders, self.server)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs."""
        given = {
            "network": self._network,
            "address": f"{self.server.address}{self._path}",
            "account": self.books.account,
            "api_key": "env:SANDBOX_OPERATOR_KEY",
            "document_format": FORMAT,
            "timeout_s": 20,
            "margin_s": 0,
        }
        return given | ({"user_api_key": "env:SANDBOX_OPERATOR_USER"} if self._network == "maventa" else {})

    @property
    def secrets(self) -> Mapping[str, str]:
        """By the names in `settings`."""
        return {"SANDBOX_OPERATOR_KEY": self.books.software_key, "SANDBOX_OPERATOR_USER": self.books.user_key}

    @property
    def reaches(self) -> Sequence[str]:
        """The organisation numbers of those who are in the network."""
        return [one.organisation_number for one in self.books.receivers]

    def received(self) -> Sequence[Received]:
        """Return every document that was taken and did not fail afterwards."""
        return self.books.received()


def inexchange_sandbox(folder: Path, *, port: int = 0) -> Sandbox:
    """Make InExchange's side."""
    return OperatorSandbox(folder, "inexchange", InExchangeSide, "/v1/api", port)


def maventa_sandbox(folder: Path, *, port: int = 0) -> Sandbox:
    """Make Maventa's side."""
    return OperatorSandbox(folder, "maventa", MaventaSide, "", port)


MAKERS: Mapping[str, SandboxMaker] = {"inexchange": inexchange_sandbox, "maventa": maventa_sandbox}
"""By the name of the network."""
