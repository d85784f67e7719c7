"""The verdict on a file that has been read: what is new money, what is not, what a person must decide."""

from __future__ import annotations

from hub.model.tenant import Tenant
from hub.services.payments.bank_accounts import note_bank_accounts, told_by_number
from hub.services.payments.comparing import close_by_key, close_heirs, compare_with_other_families
from hub.services.payments.known_accounts import ask_about_unknown_accounts
from hub.services.payments.known_statements import ask_about_unknown_statements
from hub.services.payments.made_lumps import meet_specification
from hub.services.ports import JsonObject, UnitOfWork


def judge(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> JsonObject:
    """Close duplicates, hold what is in doubt, and write down what will be posted.

    Runs in one transaction while the run holds the claim on the file's accounts.
    """
    note_bank_accounts(work, tenant, exchange_no)  # not before: a file that is not posted shows nothing
    close_by_key(work.duplicates, exchange_no)
    work.duplicates.close_left_out(exchange_no)  # what an undo left booked is not new money when the file comes again
    compare_with_other_families(work.duplicates, exchange_no)
    close_heirs(work, work.duplicates, exchange_no)
    ask_about_unknown_accounts(work, exchange_no, work.duplicates.hold_unknown_accounts(exchange_no))
    ask_about_unknown_statements(work, exchange_no)
    work.lumps.make_deposits(exchange_no)
    meet_specification(work, tenant, exchange_no)
    work.matching.note_repeated_references(exchange_no)
    return work.duplicates.counts(exchange_no)


def accounts_of(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> set[int]:
    """Return the payee accounts that a file concerns, after placing payments whose account is not known.

    Those its payments came to, and those it shows that they were paid into.
    """
    work.duplicates.place_unknown_accounts(exchange_no)
    work.duplicates.note_accounts(exchange_no)
    return work.accounts.of_file(exchange_no) | {into for _, into in told_by_number(work, tenant, exchange_no)}


def correction_of(work: UnitOfWork, exchange_no: int) -> JsonObject | None:
    """Say which posted file this one corrects, and how they differ; None when it corrects none.

    The same account, year and serial, or the same statement, with other content: a person chooses.
    """
    earlier = work.duplicates.corrected_exchanges(exchange_no)
    if not earlier:
        return None
    return {"corrects": earlier[0], "differences": work.duplicates.differences(exchange_no, earlier[0])}


def refused_as_test(summary: JsonObject, *, tenant_is_test: bool) -> bool:
    """A file marked as test is taken in by a test tenant alone."""
    return bool(summary["is_test"]) and not tenant_is_test
