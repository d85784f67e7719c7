"""Access points on this machine: what all have in common, and which one the settings name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hub.contracts import Received, Sandbox, SandboxMaker
from hub.errors import ConfigurationError
from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import HttpService, LoopbackServer
from hub.loopback.kept_secrets import kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults
from hub_peppol.sandbox_books import BLIND, ENDS_IN_ERROR, FORGETS_THE_KEY, Books, Taken
from hub_peppol.sandbox_buyers import SAYS, response_to
from hub_peppol.sandbox_maventa import MaventaSide
from hub_peppol.sandbox_peppyrus import PeppyrusSide
from hub_peppol.sandbox_qvalia import QvaliaSide
from hub_peppol.sandbox_recommand import RecommandSide
from hub_peppol.sandbox_storecove import StorecoveSide

_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
INVOICE = f"{_UBL}:Invoice-2::Invoice##{_CUSTOMIZATION}::2.1"
CREDIT_NOTE = f"{_UBL}:CreditNote-2::CreditNote##{_CUSTOMIZATION}::2.1"
RECEIVERS = {
    "0007:5560000001": (INVOICE, CREDIT_NOTE),
    "0007:9999999999": (INVOICE,),
    "0007:2120000142": (INVOICE, CREDIT_NOTE),
}


class Kind(NamedTuple):
    """One access point's side and what the settings say of it."""

    side: Callable[[Books], HttpService]
    path: str
    account: str = ""
    own_faults: tuple[str, ...] = ()
    hands_answers_on: bool = True  # those of buyers


KINDS: Mapping[str, Kind] = {
    "peppyrus": Kind(PeppyrusSide, "/v1"),
    "recommand": Kind(RecommandSide, "/api/v1", RecommandSide.company),
    "qvalia": Kind(QvaliaSide, "", QvaliaSide.account, (FORGETS_THE_KEY,), hands_answers_on=False),
    "storecove": Kind(StorecoveSide, "/api/v2", StorecoveSide.legal_entity),
    "maventa": Kind(MaventaSide, "", MaventaSide.account, (BLIND,), hands_answers_on=False),
}


class AccessPointSandbox(LoopbackSandbox):
    """One access point that serves; faults are named after what they hit, if not the sending.

    Those of `sandbox_buyers.SAYS` let the buyers of the next documents answer, where the access point hands answers on.
    """

    name = "peppol"

    def __init__(self, which: str, folder: Path, *, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._which, self._kind = which, KINDS[which]
        log = folder / f"{which}.jsonl"  # of its own: another one has taken nothing of it
        self.books = Books(
            log, kept_secret(folder, "access_key"), kept_secret(folder, "access_secret"), dict(RECEIVERS)
        )
        self.books.answered = self._comes_in
        if self._kind.hands_answers_on:
            self.books.buyers = SAYS
        queue = FaultQueue()
        self.server = LoopbackServer(self._kind.side(self.books), queue, port=port)
        of_http = {**http_faults(queue, "send"), **http_faults(queue, "question", prefix="question_")}
        names = (ENDS_IN_ERROR, *self._kind.own_faults, *self.books.buyers)
        own = counted_faults(self.books.faults, names, self.books.lock)
        super().__init__({**of_http, **own}, self.server)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs."""
        given = {
            "access_point": self._which,
            "address": f"{self.server.address}{self._kind.path}",
            "account": self._kind.account,
            "api_key": "env:SANDBOX_PEPPOL_KEY",
            "timeout_s": 20,
            "margin_s": 0,
        }
        needs_second = self._which in ("recommand", "maventa")
        given |= {"api_secret": "env:SANDBOX_PEPPOL_SECRET"} if needs_second else {}
        return given | ({"webhook_secret": "env:SANDBOX_PEPPOL_SECRET"} if self._which == "qvalia" else {})

    @property
    def secrets(self) -> Mapping[str, str]:
        """By the names in `settings`."""
        return {"SANDBOX_PEPPOL_KEY": self.books.key, "SANDBOX_PEPPOL_SECRET": self.books.secret}

    @property
    def reaches(self) -> Sequence[str]:
        """The organisation numbers of those who are in the network."""
        return [participant.rpartition(":")[2] for participant in self.books.takers]

    def _comes_in(self, one: Taken) -> None:
        """Let the buyer's answer to a document come in by the network."""
        self.books.comes_in(response_to(one, self.books.now()), one.recipient)

    def received(self) -> Sequence[Received]:
        """Return every document that was taken and did not fail afterwards."""
        return self.books.received()


def maker_of(which: str) -> SandboxMaker:
    """Return what makes the side of an access point; Peppyrus' when none is named."""
    return partial(_made, which or "peppyrus")


def _made(which: str, folder: Path, *, port: int = 0) -> Sandbox:
    if which == "as4":
        try:
            from hub_peppol.sandbox_accredited import accredited_sandbox
        except ImportError:
            raise ConfigurationError(
                "its other side needs the extra `as4`",
                where="plugins.peppol.access_point",
                hint="install reskontra-hub-peppol[as4]",
            ) from None
        return accredited_sandbox(folder, RECEIVERS, port=port)
    return AccessPointSandbox(which, folder, port=port)
