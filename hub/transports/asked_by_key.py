"""What a counterparty that can be asked by our key makes of a question and of a refusal, the same for every channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from hub.errors import HubError, OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Finding, Probed


@runtime_checkable
class AskedByKey(Protocol):
    """One outside party that finds what was sent to it by the key that went with it."""

    def find(self, key: str) -> str | None:
        """Return what it calls the document that was sent under our key, None when it says there is none.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """
        ...

    def can_find(self) -> bool:
        """Prove that `find` finds what is there, by a document that is; True when there is none at all.

        "Not found" is also what a gateway says, or a wrong address: taken at its word it would send twice.
        """
        ...


def probed(party: AskedByKey, key: str) -> Probed:
    """Return what became of a message, for `QueryableChannel.probe`.

    That it is not there counts only where the question is proved to work; else it is `UNKNOWN`. Raises as
    `AskedByKey.find`.
    """
    external_id = party.find(key)
    if external_id is not None:
        return Probed(Finding.DELIVERED, external_id)
    return Probed(Finding.NOT_DELIVERED if party.can_find() else Finding.UNKNOWN)


def sent_or_found(party: AskedByKey, key: str, send: Callable[[], Delivered]) -> Delivered:
    """Send, for `DeliveryChannel.send`; a message that is refused since it lies there already was taken.

    An outside party that knows our key also refuses what it has already: a refusal is believed only when our key is
    proved not to be there.

    Args:
        party: is asked after a refusal.
        key: of the message, as `DeliveryChannel.send` is given it.
        send: makes the call; what it raises but for `RejectedError` is raised.

    Raises:
        RejectedError: it was refused, and is not there.
        OutcomeUnknownError: it was refused, and there is no answer to whether it is there, or none that is proved.
    """
    try:
        return send()
    except RejectedError:
        taken_before = _found_after_refusal(party, key)
        if taken_before is None:
            raise
        return Delivered(taken_before)


def _found_after_refusal(party: AskedByKey, key: str) -> str | None:
    try:
        external_id = party.find(key)
        is_told = external_id is not None or party.can_find()
    except HubError as error:
        raise _doubt(str(error)) from None
    if not is_told:
        raise _doubt("that it is not there is not proved")
    return external_id


def _doubt(why: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"it was refused, and perhaps since it was taken before: {why}")
