"""Holds that say that a debtor's identity is protected turn back what has not gone to that debtor."""

from __future__ import annotations

from collections.abc import Iterable

from hub.errors import DataError
from hub.model.commands import SetHold
from hub.model.parties import Debtor
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.rules.debtors import debtor_fields
from hub.rules.delivery.recipients import debtor_key, number_key
from hub.services.attempts import CLAIM
from hub.services.books.notes import set_hold
from hub.services.delivery.turning_back import turn_back
from hub.services.ports import JsonObject, UnitOfWork

WHY = "a hold says since that the debtor's identity is protected"


def set_protecting_hold(work: UnitOfWork, tenant: Tenant, command: SetHold) -> JsonObject:
    """Carry out `set_hold`; a hold that protects turns back what has not gone.

    Raises:
        DataError, RuleViolation: as `books.notes.set_hold`.
    """
    if not any(command.code in company.claims.protecting_codes for company in tenant.companies):
        return set_hold(work, tenant, command)
    work.commands.claim(CLAIM)  # before anything is held, as by all who change documents with their messages
    answer = set_hold(work, tenant, command)
    turn_back_held(work, tenant, [(row, command.code) for row in work.receivables.by_ids([answer["receivable_id"]])])
    return answer


def turn_back_held(work: UnitOfWork, tenant: Tenant, held: Iterable[tuple[Receivable, str]]) -> None:
    """Let documents to the debtors of receivables that have a hold of a code now, if it protects, find their way anew.

    `planning.CLAIM` is held since before the holds were set: whoever plans messages sees them, or is seen here.
    """
    codes = {company.number: company.claims.protecting_codes for company in tenant.companies}
    keys = sorted({key for row, code in held if code in codes.get(row.company, ()) for key in _keys_of(row)})
    if keys:
        turn_back(work, tenant.id, keys, keys, WHY)


def _keys_of(row: Receivable) -> set[str]:
    """Return what the documents of a receivable's debtor are known by."""
    by_number = {number_key(row.company, row.debtor_number)} if row.debtor_number else set()
    try:
        return {debtor_key(row.company, Debtor.model_validate(debtor_fields(row))), *by_number}
    except (DataError, ValueError):  # no document is made of such a debtor
        return by_number
