"""Asking Kivra which mailboxes it reaches for this sender: one request for persons, one for companies.

Kivra takes 10 MB at once; the hub asks for 500 recipients at most.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, TransientError
from hub.model.delivery import Reach, Reachable, Recipient
from hub.transports.https import Answer
from hub_kivra.access import TABLE, KivraApi
from hub_kivra.codes import Meaning, meaning_of
from hub_kivra.recipients import SSN, VAT_NUMBER, Mailbox, mailbox_of
from hub_kivra.wire import code_of, json_object, own_code, told

_RESOURCES = {SSN: "usermatch/ssn", VAT_NUMBER: "companymatch/vatnr"}
_YES = Reach(Reachable.YES)
_NO = Reach(Reachable.NO, "has no mailbox at Kivra, or has turned this sender off")
_NOT_KNOWN = Reach(
    Reachable.NO,
    "Kivra finds people by the twelve digits of their personal number and companies by their organisation number: "
    "complete the debtor",
    holds_for_s=0,  # nobody was asked, so the next invoice may find it mended
)


class Matching:
    """Kivra's answer to who can be reached; it differs from sender to sender, since people turn senders off."""

    def __init__(self, api: KivraApi) -> None:
        self._api = api

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Say by key who is reached. Raises TransientError or ConfigurationError."""
        mailboxes = {recipient.key: mailbox_of(recipient) for recipient in recipients}
        asked = {mailbox for mailbox in mailboxes.values() if mailbox is not None}
        reached = {found for field in _RESOURCES for found in self._of_field(field, asked)}
        return {key: _said_of(mailbox, reached) for key, mailbox in mailboxes.items()}

    def is_reached(self, mailbox: Mailbox) -> bool:
        """Say whether one mailbox is reached now. Raises as `reach`."""
        return mailbox in set(self._of_field(mailbox.field, {mailbox}))

    def _of_field(self, field: str, asked: set[Mailbox]) -> list[Mailbox]:
        numbers = sorted(mailbox.number for mailbox in asked if mailbox.field == field)
        return [Mailbox(field, number) for number in self._asked(field, numbers)] if numbers else []

    def _asked(self, field: str, numbers: Sequence[str]) -> frozenset[str]:
        """Return the numbers that are reached; one that Kivra refuses does not hold up the others."""
        answer = self._answer(field, numbers)
        if 200 <= answer.status < 300:
            return _listed(answer)
        if meaning_of(code_of(answer)) is not Meaning.NOT_REACHED:
            raise self._refused(answer)
        if len(numbers) == 1:
            return frozenset()
        half = len(numbers) // 2
        return self._asked(field, numbers[:half]) | self._asked(field, numbers[half:])

    def _answer(self, field: str, numbers: Sequence[str]) -> Answer:
        try:
            return self._api.post(_RESOURCES[field], json.dumps({"list": numbers}).encode())
        except OutcomeUnknownError:  # a question: asking again does no harm
            raise TransientError("Kivra's answer to who can be reached was lost") from None

    def _refused(self, answer: Answer) -> HubError:
        said = f"{told(answer)} when asked who can be reached"
        meaning = meaning_of(code_of(answer))
        if meaning in (Meaning.LATER, Meaning.UNSURE):
            return TransientError(said, retry_after_s=answer.retry_after_s)
        where = "address" if own_code(answer) is None else "sender"
        hint = "look at both, and ask Kivra whether the client may act for this sender"
        return ConfigurationError(said, where=f"{TABLE}.{where}", hint=hint)


def _listed(answer: Answer) -> frozenset[str]:
    """Return the numbers in an answer. Raises TransientError for an answer that is none of Kivra's."""
    said = json_object(answer.content).get("list")
    if not isinstance(said, list):
        raise TransientError("Kivra's answer to who can be reached has no list")
    return frozenset(number for number in said if isinstance(number, str))


def _said_of(mailbox: Mailbox | None, reached: set[Mailbox]) -> Reach:
    if mailbox is None:
        return _NOT_KNOWN
    return _YES if mailbox in reached else _NO
