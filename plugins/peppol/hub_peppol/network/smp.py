"""An SMP is asked what a participant takes; at most one redirect is followed.

The document type is asked for directly: the list of all that a participant takes is not needed, and not always true.
Source: Peppol SMP 1.4.0.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509

from hub.errors import ConfigurationError, TransientError, UntrustedAnswer
from hub.transports.https import Answer, HttpParty
from hub_peppol.network.identifiers import Named
from hub_peppol.network.metadata import Metadata, Redirect, metadata_of
from hub_peppol.network.sml import checked_address
from hub_peppol.network.trust import Issuers

TIMEOUT_S = 20.0
_NOT_FOUND = 404
_BLANKS = re.compile(r"(?<!\\),\s+")  # between parts, where many write them though the form has none
_TAKES = {"Accept": "application/xml, text/xml;q=0.9"}


class Question(NamedTuple):
    """What is asked about."""

    participant: Named
    document_type: Named

    @property
    def path(self) -> str:
        """Where an SMP keeps it, below its own address."""
        return f"{self.participant.path_part}/services/{self.document_type.path_part}"


class Smp:
    """Asks SMPs."""

    def __init__(
        self, issuers: Issuers, *, timeout_s: float = TIMEOUT_S, ca_file: str | None = None, is_trial: bool = False
    ) -> None:
        """`issuers` are those of signatures, `ca_file` those of servers, left out: whom the machine trusts."""
        self._issuers = issuers
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._is_trial = is_trial

    def ask(self, address: str, question: Question, at: datetime) -> Metadata | None:
        """Return what the SMP at an address says, None when it knows nothing of it.

        Raises:
            TransientError: no answer now.
            UntrustedAnswer: an answer that is not to be trusted, or about something else.
        """
        said = self._read(f"{address}/{question.path}", at)
        if said is not None and said.redirect is not None:
            said = self._follow(said.redirect, at)
        if said is not None and Question(said.participant, said.document_type) != question:
            raise UntrustedAnswer("the answer is about another participant or another document type")
        return said

    def _follow(self, redirect: Redirect, at: datetime) -> Metadata | None:
        said = self._read(checked_address(redirect.address, is_trial=self._is_trial), at)
        if said is None:
            return None
        if said.redirect is not None:
            raise UntrustedAnswer("the answer leads on a second time, which is once too often")
        if not is_subject(redirect.certificate_uid, said.signer):
            raise UntrustedAnswer("the answer is not signed by whom the first one named")
        return said

    def _read(self, address: str, at: datetime) -> Metadata | None:
        content = self._fetch(address)
        return None if content is None else metadata_of(content, self._issuers, at)

    def _fetch(self, address: str) -> bytes | None:
        parts = urlsplit(address)
        party = HttpParty(
            f"{parts.scheme}://{parts.netloc}",
            timeout_s=self._timeout_s,
            ca_file=self._ca_file,
            only_public=not self._is_trial,
        )
        try:
            answer = party.ask(parts.path, _TAKES)
        except ConfigurationError:  # not of ours: somebody else's server is not what it says, or shut
            raise UntrustedAnswer("the SMP is not to be trusted, or lets nobody in") from None
        return _content(answer)


def _content(answer: Answer) -> bytes | None:
    if answer.status == _NOT_FOUND:
        return None
    if answer.status == 200:
        return answer.content
    if answer.says_later or answer.status >= 500:
        raise TransientError(f"the SMP answered {answer.status}: later")
    raise UntrustedAnswer(f"the SMP answered {answer.status}, which is neither yes nor no")


def is_subject(stated: str, certificate: x509.Certificate) -> bool:
    """Say whether a certificate's subject is the stated one; the order of its parts does not count."""
    try:
        wanted = x509.Name.from_rfc4514_string(_BLANKS.sub(",", stated.strip()))
    except ValueError:
        return False
    return bool(list(wanted)) and set(wanted.rdns) == set(certificate.subject.rdns)
