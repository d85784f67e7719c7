"""What a plugin implements to be told by the other side: verified at once, kept, and interpreted later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from hub.model.delivery import BuyerAnswer, Receipt
from hub.texts import said_by_others


@said_by_others
class PaymentNotice(NamedTuple):
    """A payment that is told before the money comes: information, never bookkeeping."""

    state: str  # scheduled, settled, failed, declined
    external_id: str  # of the message that was paid
    amount_ore: int
    currency: str
    pay_date: str = ""
    reference: str = ""


@runtime_checkable
class WebhookReceiver(Protocol):
    """Takes what the other side posts to `/webhooks/{tenant}/{name}`; asked by several threads at once."""

    @property
    def name(self) -> str:
        """The last part of the path; no two receivers of a tenant have one name."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the id of the notice when its signature holds and its time is near; header names are small letters.

        The values of a header that came more than once are joined by a comma and a blank. The body is as it came. A
        notice whose id was kept before is answered as if it were new, and does nothing. The other side waits a second
        for its answer, so nothing outside is asked here.

        Raises:
            RejectedError: the signature does not hold, or it is too old: it is answered 401 and not kept.
        """
        ...

    def interpret(self, body: bytes) -> Sequence[Receipt | PaymentNotice | BuyerAnswer]:
        """Say what a kept notice reports, of messages of this plugin's channels; nothing for what is of no interest.

        It may be asked about one notice more than once. Raises FormatError for what cannot be read: a person looks.
        """
        ...
