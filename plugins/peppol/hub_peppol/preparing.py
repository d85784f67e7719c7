"""What becomes a message: judged, addressed where the network said, and wrapped; the rest is left to others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.contracts import Finding as Fault
from hub.contracts import Severity
from hub.errors import HubError
from hub.model.delivery import Outgoing, Prepared, Unfit
from hub.model.documents import INVOICES, DocumentKind
from hub_peppol.access_points.account import ANOTHERS, Account
from hub_peppol.access_points.parcel import packed, parcel_of, root_name
from hub_peppol.network.routing import routing_of
from hub_peppol.reaching import place_of
from hub_peppol.settings import PeppolSettings

CARRIED = INVOICES - {DocumentKind.INVOICE_COPY}  # other kinds may be copies too: see `Document.is_copy`
MOST_FAULTS = 5  # that a person is told of at once
_ANOTHER_ADDRESS = (
    "the e-invoice names another electronic address than the one where the debtor is reached: note the same for both, "
    "and have the route made anew"
)

_NAMES = {"Invoice": "invoices", "CreditNote": "credit notes"}

Judge = Callable[[bytes], Sequence[Fault]]
"""Says what is wrong with an e-invoice. Raises HubError when it cannot be judged."""


class Preparing:
    """Makes messages for one access point."""

    def __init__(self, settings: PeppolSettings, access_point: str, judge: Judge, account: Account) -> None:
        """`access_point`: its name, which stands in the message."""
        self._settings = settings
        self._access_point = access_point
        self._judge = judge
        self._account = account

    def made(self, outgoing: Outgoing) -> Prepared | Unfit:
        """Return the message of a document, or why there is none."""
        if reason := self._why_not(outgoing):
            return Unfit(outgoing.delivery_id, reason)
        try:
            if faults := self._faults(outgoing.e_invoice):
                return Unfit(outgoing.delivery_id, faults, is_for_a_person=True)
            return self._addressed(outgoing)
        except HubError as error:
            return Unfit(outgoing.delivery_id, f"the e-invoice cannot go by Peppol: {error}")

    def _why_not(self, outgoing: Outgoing) -> str:
        kind, size = outgoing.document.kind, len(outgoing.e_invoice)
        if outgoing.document.is_copy:
            return "it is a copy: who books by machine would refuse it, or book it twice"
        if kind not in CARRIED:
            return f"a document of kind {kind} has no format in Peppol"
        if not self._account.may_be_of(outgoing.document.company):
            return ANOTHERS
        if not outgoing.e_invoice:
            return outgoing.no_e_invoice or "there is no e-invoice of it: turn on what writes e-invoices"
        if not outgoing.address:
            return "the network has not said what the debtor takes: have the route made anew"
        if size > self._settings.largest_message_kb * 1000:
            most = f"{self._settings.largest_message_kb} kB"
            return f"the e-invoice is {size // 1000} kB, and {most} go by Peppol: send it with smaller attachments"
        return ""

    def _faults(self, e_invoice: bytes) -> str:
        """Return what must be mended before it is sent, for people; blank when nothing must."""
        if not self._settings.judge_before_sending:
            return ""
        fatal = [each for each in self._judge(e_invoice) if each.severity == Severity.FATAL]
        told = dict.fromkeys(f"{each.rule}: {each.message}" for each in fatal)
        more = f" (and {len(told) - MOST_FAULTS} more)" if len(told) > MOST_FAULTS else ""
        return f"the e-invoice would be refused. {' '.join(list(told)[:MOST_FAULTS])}{more}" if told else ""

    def _addressed(self, outgoing: Outgoing) -> Prepared | Unfit:
        """Wrap an e-invoice that names the address where the debtor is reached, and is taken there."""
        routing, place = routing_of(outgoing.e_invoice), place_of(outgoing.address)
        if place is None or place.participant != routing.receiver:
            return Unfit(outgoing.delivery_id, _ANOTHER_ADDRESS)
        root = root_name(routing.document_type)
        if root not in place.roots:
            return Unfit(
                outgoing.delivery_id, f"the receiver takes {_in_words(place.roots)} by Peppol, and no {_NAMES[root]}"
            )
        parcel = parcel_of(
            outgoing.e_invoice,
            routing,
            access_point=self._access_point,
            delivery_id=outgoing.delivery_id,
            company=outgoing.document.company,
            number=outgoing.document.number,
        )
        return Prepared((outgoing.delivery_id,), packed(parcel))


def _in_words(roots: Sequence[str]) -> str:
    return " and ".join(_NAMES.get(root, root) for root in roots)
