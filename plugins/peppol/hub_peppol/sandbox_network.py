"""The network's registers on this machine, DNS and SMP together, with certificates of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import LoopbackServer
from hub.loopback.sandbox import LoopbackSandbox, http_faults, queued_faults
from hub_peppol import sandbox_sml, sandbox_smp
from hub_peppol.sandbox_pki import SandboxPki
from hub_peppol.sandbox_sml import SandboxSml
from hub_peppol.sandbox_smp import Entry, SmpSide

SLOW_S = 5.0  # well behind what a caller waits, also on a machine that is busy


class SandboxNetwork(LoopbackSandbox):
    """Knows whom it is told of; `folder` gets the issuers to trust. Faults begin with `sml_` (DNS) or `smp_`."""

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
        orders = {
            **queued_faults(self.sml.faults, sandbox_sml.FAULTS, prefix="sml_"),
            **queued_faults(self.smp.faults, sandbox_smp.FAULTS, prefix="smp_"),
            **http_faults(self._http_faults, sandbox_smp.TARGET, prefix="smp_"),
        }
        super().__init__(orders, self.sml, self.server)

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

    def clear(self) -> None:
        """Forget what is ordered and has not been met."""
        self.sml.faults.clear()
        self.smp.faults.clear()
        for target, _ in self._http_faults.waiting():
            self._http_faults.take(target)
