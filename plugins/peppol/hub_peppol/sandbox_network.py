"""The network's registers on this machine, DNS and SMP together, with certificates of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import HTTP_FAULTS, LoopbackServer
from hub_peppol import sandbox_sml, sandbox_smp
from hub_peppol.sandbox_pki import SandboxPki
from hub_peppol.sandbox_sml import SandboxSml
from hub_peppol.sandbox_smp import Entry, SmpSide

SLOW_S = 5.0  # well behind what a caller waits, also on a machine that is busy


class SandboxNetwork:
    """Knows whom it is told of; `folder` gets the issuers to trust."""

    def __init__(self, folder: Path, *, pki: SandboxPki | None = None, port: int = 0) -> None:
        """`port` is the SMP's by TCP and the name server's by UDP; 0 takes free ones."""
        folder.mkdir(parents=True, exist_ok=True)
        self.pki = pki or SandboxPki()
        self._folder = folder
        self._http_faults = FaultQueue()
        self.smp = SmpSide(self.pki.smp(), self.pki.stranger())
        self.sml = SandboxSml(port)
        self.server = LoopbackServer(self.smp, self._http_faults, port=port, slow_s=SLOW_S)
        self.smp.address = self.server.address

    @property
    def settings(self) -> Mapping[str, Any]:
        """What is needed to ask it."""
        return {
            "zone": sandbox_sml.ZONE,
            "nameserver": f"{sandbox_sml.HOST}:{self.sml.port}",
            "smp_issuers": str(self.pki.smp_issuers(self._folder)),
        }

    def enter(self, entry: Entry) -> None:
        """Register a participant with what it takes."""
        self.sml.enter(entry.participant, smp=self.server.address)
        self.smp.enter(entry)

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next questions go wrong: `sml_` for the DNS, `smp_` for the SMP. ValueError: no such fault."""
        register, _, name = fault.partition("_")
        if register == "sml" and name in sandbox_sml.FAULTS:
            self.sml.faults.extend([name] * times)
        elif register == "smp" and name in sandbox_smp.FAULTS:
            self.smp.faults.extend([name] * times)
        elif register == "smp" and name in HTTP_FAULTS:
            self._http_faults.order(sandbox_smp.TARGET, Fault(name), times)
        else:
            raise ValueError(f"the network's sandbox has no fault {fault}")

    def clear(self) -> None:
        """Forget what is ordered and has not been met."""
        self.sml.faults.clear()
        self.smp.faults.clear()
        for target, _ in self._http_faults.waiting():
            self._http_faults.take(target)

    @property
    def faults(self) -> Sequence[str]:
        """The faults that can be ordered."""
        of_sml = [f"sml_{name}" for name in sandbox_sml.FAULTS]
        return (*of_sml, *(f"smp_{name}" for name in (*sandbox_smp.FAULTS, *HTTP_FAULTS)))

    def __enter__(self) -> Self:
        self.sml.__enter__()
        self.server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.__exit__(kind, error, at)
        self.sml.__exit__(kind, error, at)
