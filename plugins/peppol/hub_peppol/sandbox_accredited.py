"""The network as an accredited sender meets it, on this machine: both registers and a receiver's access point.

Its certificates are kept in the folder, so that settings of an earlier start still hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from hub.contracts import Received, Sandbox
from hub.loopback.sandbox import LoopbackSandbox
from hub_peppol.sandbox_as4 import SandboxAs4
from hub_peppol.sandbox_network import SandboxNetwork
from hub_peppol.sandbox_pki import SandboxPki, kept_pki
from hub_peppol.sandbox_smp import Entry

_LONG = timedelta(days=7000)
_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


class AccreditedSandbox(LoopbackSandbox):
    """All that is outside of a sender; faults of the registers begin with `sml_` or `smp_`, the others are AS4's."""

    name = "peppol"

    def __init__(self, folder: Path, takers: Mapping[str, Sequence[str]], *, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.pki: SandboxPki = kept_pki(folder / ".pki.pem")
        self._folder, self._takers = folder, takers
        self._log = folder / "as4.jsonl"
        self.peer = SandboxAs4(self.pki, port=port, log=self._log)
        self.network = SandboxNetwork(folder, pki=self.pki, port=port + 1 if port else 0)
        super().__init__({**self.peer.orders, **self.network.orders}, self.network, self.peer)
        self._enter_takers()

    def _enter_takers(self) -> None:
        certificate = self.peer.certified.certificate.public_bytes(Encoding.DER)
        for participant, types in self._takers.items():
            for one in types:
                entry = Entry(participant, one, _PROCESS, address=self.peer.address, certificate=certificate)
                self.network.enter(entry)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs."""
        own, issuer = self.pki.access_point("PSE000099"), self.pki.access_point_issuer
        certificate = self._folder / "as4_certificate.pem"
        certificate.write_bytes(own.pem)
        registers = self.network.settings
        return {
            "access_point": "as4",
            "sml_zone": registers["zone"],
            "nameserver": registers["nameserver"],
            "smp_issuers": registers["smp_issuers"],
            "as4_certificate": str(certificate),
            "api_key": "env:SANDBOX_PEPPOL_KEY",
            "access_point_issuers": str(self.pki.access_point_issuers(self._folder)),
            "access_point_revocations": [str(self.pki.revoked(self._folder, issuer, (), age=_LONG, holds=2 * _LONG))],
            "timeout_s": 20,
            "margin_s": 0,
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """By the names in `settings`."""
        return {"SANDBOX_PEPPOL_KEY": self.pki.access_point("PSE000099").key_pem.decode()}

    @property
    def reaches(self) -> Sequence[str]:
        """The organisation numbers of those who are in the network."""
        return [participant.rpartition(":")[2] for participant in self._takers]

    def received(self) -> Sequence[Received]:
        """Return every document that was taken."""
        return [Received(one.receiver.rpartition(":")[2], one.number, one.sha256) for one in self.peer.side.taken]


def accredited_sandbox(folder: Path, takers: Mapping[str, Sequence[str]], *, port: int = 0) -> Sandbox:
    """Make all that is outside of a sender."""
    return AccreditedSandbox(folder, takers, port=port)
