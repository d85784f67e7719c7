"""Is this document taken there, and where is it sent: the SML and the SMP, asked one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from hub.errors import HubError
from hub_peppol.network.identifiers import Named
from hub_peppol.network.metadata import Endpoint, Metadata
from hub_peppol.network.outcome import FOUND_HOLDS_S, Found, NotThere
from hub_peppol.network.signature import certificate_of
from hub_peppol.network.sml import Sml
from hub_peppol.network.smp import Question, Smp

TRANSPORT = "peppol-transport-as4-v2_0"
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
AT_A_TIME = 8  # questions under way together: a batch of five hundred mostly waits for others


class Wanted(NamedTuple):
    """What is to be sent to whom."""

    participant: Named
    document_type: Named
    process: Named


class Lookup:
    """Looks up where documents are taken."""

    def __init__(self, sml: Sml, smp: Smp) -> None:
        self._sml = sml
        self._smp = smp

    def find(self, wanted: Wanted, at: datetime) -> Found | NotThere:
        """Say where a document is taken at a moment, which has a zone.

        Raises:
            TransientError: no answer now.
            UntrustedAnswer: an answer that is not to be trusted: neither yes nor no.
            ConfigurationError: there is none before a setting is mended.
        """
        return self._find_at(self._sml.smp_of(wanted.participant), wanted, at)

    def find_all(self, wanted: Iterable[Wanted], at: datetime) -> Mapping[Wanted, Found | NotThere | HubError]:
        """As `find`, of many, several at a time; one that raises has its error for an answer.

        The DNS is asked once for each participant, however much is to be sent there.
        """
        several = list(dict.fromkeys(wanted))
        participants = list(dict.fromkeys(one.participant for one in several))
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            smps = dict(zip(participants, threads.map(_tried(self._sml.smp_of), participants), strict=True))
            answers = threads.map(_tried(lambda one: self._find_at(smps[one.participant], one, at)), several)
            return dict(zip(several, answers, strict=True))

    def _find_at(self, smp: str | HubError, wanted: Wanted, at: datetime) -> Found | NotThere:
        """Ask the SMP at an address, which is blank for one who is not registered; an error there is raised."""
        if isinstance(smp, HubError):
            raise smp
        if not smp:
            return NotThere("not registered in the network", is_registered=False)
        said = self._smp.ask(smp, Question(wanted.participant, wanted.document_type), at)
        if said is None:
            return NotThere("registered in the network, but does not take such documents", is_registered=True)
        return chosen(said, wanted.process, at)


def _tried(ask: Callable[[Asked], Answered]) -> Callable[[Asked], Answered | HubError]:
    """Return the same question, whose error is an answer."""

    def try_it(about: Asked) -> Answered | HubError:
        try:
            return ask(about)
        except HubError as error:
            return error

    return try_it


def chosen(said: Metadata, process: Named, at: datetime) -> Found | NotThere:
    """Choose the endpoint of a process. Raises UntrustedAnswer when its certificate cannot be read."""
    of_process = [one for one in said.endpoints if one.process == process]
    if not of_process:
        return NotThere("takes such documents, but not by this process", is_registered=True)
    of_transport = [one for one in of_process if one.transport == TRANSPORT]
    if not of_transport:
        return NotThere("has no endpoint that the network still uses (AS4 2.0)", is_registered=True)
    now = [one for one in of_transport if _is_active(one, at)]
    if not now:
        return NotThere("its endpoint is not active yet, or has expired", is_registered=True)
    return _found(now[0], at)


def _is_active(endpoint: Endpoint, at: datetime) -> bool:
    has_begun = endpoint.active_from is None or endpoint.active_from <= at
    return has_begun and (endpoint.expires is None or at < endpoint.expires)


def _found(endpoint: Endpoint, at: datetime) -> Found:
    certificate = certificate_of(endpoint.certificate).public_bytes(Encoding.DER)
    left_s = FOUND_HOLDS_S if endpoint.expires is None else int((endpoint.expires - at).total_seconds())
    return Found(endpoint.address, certificate, endpoint.process, holds_for_s=min(FOUND_HOLDS_S, left_s))
