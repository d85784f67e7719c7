"""Documents put before a channel: what it is given of each, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import DocumentChannel
from hub.errors import HubError, LedgerError
from hub.model.delivery import Outgoing, Prepared, Unfit
from hub.services.delivery.printing import Printed
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.steps import step_on


def outgoing_of(tenant_name: str, channel: str, one: Printed, reaching: Reaching) -> Outgoing:
    """Return what a channel is given of a printed document, with the address at which it said to reach the debtor."""
    loaded = one.routed.loaded
    known = reaching.of(loaded.recipient.key).get(channel)
    address = known.address if known is not None else ""
    delivery_id = step_on(tenant_name, loaded, channel).delivery_id
    to = (delivery_id, loaded.document, loaded.recipient, address)
    return Outgoing(*to, one.pdf, one.e_invoice, one.no_e_invoice)


def prepared_by(channel: DocumentChannel, outgoing: Sequence[Outgoing]) -> tuple[Sequence[Prepared], Sequence[Unfit]]:
    """Have messages made, each document in exactly one of them or unfit. Raises LedgerError: the channel is broken."""
    try:
        prepared, unfit = channel.prepare(outgoing)
    except HubError:
        raise
    except Exception as error:
        raise LedgerError(f"the channel {channel.name} is broken: {type(error).__name__} in prepare") from error
    answered = [*(i for message in prepared for i in message.delivery_ids), *(one.delivery_id for one in unfit)]
    if sorted(answered) != sorted(one.delivery_id for one in outgoing):
        raise LedgerError(f"the channel {channel.name} is broken: prepare loses, repeats or invents documents")
    return prepared, unfit
