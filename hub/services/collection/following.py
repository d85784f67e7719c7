"""What a round does for collection: hear of messages, tell agencies what has happened, send at once, place money."""

from __future__ import annotations

from hub.model.tenant import Tenant
from hub.services.collection.agencies import Agencies
from hub.services.collection.hearing import hear_of_messages
from hub.services.collection.judging import Rates
from hub.services.collection.observing import tell_agencies
from hub.services.collection.payouts import place_payouts
from hub.services.collection.sending import claim_sending, send_waiting
from hub.services.collection.taken_back import take_off_taken_back
from hub.services.ports import Tell, UnitOfWork


def follow_cases(work: UnitOfWork, tenant: Tenant, agencies: Agencies, rates: Rates, tell: Tell) -> bool:
    """Do some of it, in this transaction; say whether there is more. A tenant without agreements has nothing of it.

    `tell` carries out commands to others.
    """
    if not tenant.collection_agencies:
        return False
    claim_sending(work)  # before any case is locked, as whoever sends does it: or two would wait for each other
    has_more = hear_of_messages(work, tenant, agencies)
    has_more = tell_agencies(work, tenant, agencies, rates) or has_more
    has_more = send_waiting(work, tenant, agencies, at_once_only=True) or has_more
    take_off_taken_back(work, tenant, tell)
    place_payouts(work, tenant, agencies)
    return has_more
