"""The operators' side on this machine: what both have in common, and which one a network has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.contracts import Received, Sandbox, SandboxMaker
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import HTTP_FAULTS, HttpService, LoopbackServer
from hub.loopback.kept_secrets import kept_secret
from hub_operator.sandbox_inexchange import InExchangeSide
from hub_operator.sandbox_maventa import MaventaSide
from hub_operator.sandbox_register import OWN_FAULTS, Books

TARGETS = ("send", "upload", "question", "token")
FORMAT = "bis-billing-3"
RECEIVERS = (("5560000001", "Exempelbolaget AB"), ("9999999999", "Provbolaget AB"))


class OperatorSandbox:
    """One operator that serves; faults are named after what they hit, those of the call that sends after nothing."""

    name = "operator"

    def __init__(self, folder: Path, network: str, side: Callable[[Books], HttpService], path: str, port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.books = Books(
            folder / "operator.jsonl",
            document_format=FORMAT,
            software_key=kept_secret(folder, "software_key"),
            user_key=kept_secret(folder, "user_key"),
        )
        for number, called in RECEIVERS:
            self.books.enlist(number, called)
        self._network, self._path = network, path
        self._queue = FaultQueue()
        self.server = LoopbackServer(side(self.books), self._queue, port=port)

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

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls, or documents, go wrong. Raises ValueError for a fault that it has not."""
        if fault in OWN_FAULTS:
            self.books.faults[fault] += times
            return
        target, _, rest = fault.partition("_")
        if target in TARGETS and rest in HTTP_FAULTS:
            self._queue.order(target, Fault(rest), times)
        elif fault in HTTP_FAULTS:
            self._queue.order("send", Fault(fault), times)
        else:
            raise ValueError(f"the operator's sandbox has no fault {fault}")

    @property
    def faults(self) -> Sequence[str]:
        """The faults that can be ordered."""
        others = [f"{target}_{fault}" for target in TARGETS[1:] for fault in HTTP_FAULTS]
        return (*HTTP_FAULTS, *others, *OWN_FAULTS)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.__exit__(kind, error, at)


def inexchange_sandbox(folder: Path, *, port: int = 0) -> Sandbox:
    """Make InExchange's side."""
    return OperatorSandbox(folder, "inexchange", InExchangeSide, "/v1/api", port)


def maventa_sandbox(folder: Path, *, port: int = 0) -> Sandbox:
    """Make Maventa's side."""
    return OperatorSandbox(folder, "maventa", MaventaSide, "", port)


MAKERS: Mapping[str, SandboxMaker] = {"inexchange": inexchange_sandbox, "maventa": maventa_sandbox}
"""By the name of the network."""
