"""A person has seen to what a task about an agency asks."""

from __future__ import annotations

from hub.model.collection_cases import NOT_TAKEN, ORDER_REFUSED
from hub.model.collection_commands import SeeCollection
from hub.model.tenant import Tenant
from hub.services.books.seeing import close_seen
from hub.services.collection.applying import CASE_DISPUTED, STATUS_UNKNOWN, TAKEN_TOO_LATE
from hub.services.collection.attaching import DOCUMENT_LEFT
from hub.services.collection.ending import CASE_LEFT
from hub.services.collection.observing import CLAIM_GREW
from hub.services.collection.receiving import ANSWER_UNREAD, FILE_UNREAD, STRAYS
from hub.services.collection.sending import AGENCY_MISSING, FETCH_MESSAGE
from hub.services.collection.settling import NOT_THE_PAYEE, OVERPAID, RECALL_CROSSED
from hub.services.collection.telling_debtors import FLAGGED_AT_AGENCY, NEW_VERSION
from hub.services.ports import JsonObject, UnitOfWork

SEEN = frozenset(
    {
        AGENCY_MISSING,
        ANSWER_UNREAD,
        CASE_DISPUTED,
        CASE_LEFT,
        CLAIM_GREW,
        DOCUMENT_LEFT,
        FETCH_MESSAGE,
        FILE_UNREAD,
        FLAGGED_AT_AGENCY,
        NEW_VERSION,
        NOT_TAKEN,
        NOT_THE_PAYEE,
        ORDER_REFUSED,
        OVERPAID,
        RECALL_CROSSED,
        STATUS_UNKNOWN,
        STRAYS,
        TAKEN_TOO_LATE,
    }
)


def see_collection(work: UnitOfWork, _tenant: Tenant, command: SeeCollection) -> JsonObject:
    """Close the task about an agency that a person has seen to. Raises DataError when there is none."""
    return close_seen(work, command.task_no, SEEN, "an agency")
