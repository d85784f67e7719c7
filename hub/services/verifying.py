"""`hub verify`: proves the books of a tenant, and that every file is still kept as it came."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Protocol

from hub.errors import ConfigurationError, LedgerError
from hub.model.books import PostingGroup
from hub.model.company import Company
from hub.model.tenant import Tenant
from hub.model.verification import BookAccount, CheckResult, Finding, KeptBytes, Verification, check_failed
from hub.services.chart import TenantChart

BLOCK_SIZE = 1024 * 1024
MOST_SHOWN = 20
CODE, PROVES = "BYTES_DIFFER", "the kept bytes of every exchange and message are those that came, by SHA-256 and size"
WHAT_TO_DO = "restore the bytes from a backup, or ask the sender for the file again; what was posted stands"

Progress = Callable[[int, int], None]
AccountsOf = Callable[[Sequence[PostingGroup]], Sequence[BookAccount]]


class Verifying(Protocol):
    """Looks at the database. See `store/verifying.py`."""

    def verify(
        self, accounts_of: AccountsOf | None, progress: Progress | None
    ) -> tuple[list[CheckResult], list[tuple[str, str, str]], list[KeptBytes]]: ...


class Contents(Protocol):
    """Kept bytes. See `store/contents.py`."""

    def open(self, sha256: str) -> BinaryIO: ...


def verify(
    database: Verifying, contents: Contents | None, tenant: Tenant, progress: Progress | None = None
) -> Verification:
    """Prove the books of a tenant; with `contents`, look at every kept byte too.

    `progress` is told (done, of how many): checks while the database is looked at, then MiB of kept bytes.
    """
    return _verify(database, contents, tenant.id, accounts_by(tenant), progress)


def verify_without_settings(
    database: Verifying, contents: Contents | None, name: str, problem: str, progress: Progress | None = None
) -> Verification:
    """Prove what can be proved of a tenant whose settings are not there; `problem` says why, and is a finding."""
    return _verify(database, contents, name, _no_accounts(problem), progress)


def verify_left_behind(
    database: Verifying, contents: Contents | None, name: str, place: str, progress: Progress | None = None
) -> Verification:
    """Prove what can be proved of the rows of a tenant that works at `place` now, and has no settings here."""
    proof = _verify(database, contents, name, None, progress)
    return proof._replace(remarks=(*proof.remarks, f"it works in {place}: its accounts are proved there"))


def nothing_to_prove(name: str, why: str, problem: str = "") -> Verification:
    """Return the proof of a tenant that the database has nothing of; `problem` says what is wrong with its settings."""
    remark = f"{why}, so there was nothing to prove: is it the right database?"
    return Verification(name, (), (remark, problem) if problem else (remark,))


def accounts_by(tenant: Tenant) -> AccountsOf:
    """Return what gives the accounts that a tenant's settings name; see `book_accounts`."""
    return lambda groups: book_accounts(tenant, groups)


def _no_accounts(problem: str) -> AccountsOf:
    def refuse(_groups: Sequence[PostingGroup]) -> Sequence[BookAccount]:
        raise ConfigurationError(problem)

    return refuse


def _verify(
    database: Verifying,
    contents: Contents | None,
    name: str,
    accounts_of: AccountsOf | None,
    progress: Progress | None,
) -> Verification:
    try:
        results, former, kept = database.verify(accounts_of, progress)
    except LedgerError as error:
        return Verification(name, (check_failed("all checks", str(error)),))
    if contents is not None:
        results.append(_differing_bytes(contents, kept, progress))
    remarks = [
        f"company {company}: vouchers hold account {old} where the settings name {account} now; "
        "right if the settings named it then"
        for company, account, old in former
    ]
    if not kept:
        remarks.append("no file was ever kept here, so there was nothing to prove: is it the right database?")
    return Verification(name, tuple(results), tuple(remarks))


def book_accounts(tenant: Tenant, groups: Sequence[PostingGroup]) -> list[BookAccount]:
    """Return the accounts that the settings name, each with its role.

    Raises:
        ConfigurationError: a company has receivables and no settings.
    """
    chart = TenantChart(tenant, groups, {})
    found = {
        BookAccount("receivable", group.company, group.group_no, chart.receivable(group.group_no, group.company))
        for group in groups
    }
    for company in tenant.companies:
        found.add(BookAccount("suspense", company.number, 0, company.accounts.suspense))
        if company.accounts.refund_clearing:
            found.add(BookAccount("refunds", company.number, 0, company.accounts.refund_clearing))
        for payee in (None, *company.payee_accounts):
            found.add(BookAccount("clearing", company.number, 0, company.clearing_account(payee)))
            found.add(BookAccount("bank", company.number, 0, company.bank_account(payee)))
        found.update(BookAccount("named", company.number, 0, account) for account in _others(company))
    return sorted(found)


def _others(company: Company) -> Iterator[str]:
    yield from (account for account in company.accounts.model_dump().values() if account)
    yield from (routine.revenue_account for routine in company.routines if routine.revenue_account)
    yield from (routine.receivable_account for routine in company.routines if routine.receivable_account)
    yield from (method.account for method in company.payment_methods if method.account)


def _differing_bytes(contents: Contents, kept: Sequence[KeptBytes], progress: Progress | None) -> CheckResult:
    total = sum(_blocks(one.size) for one in kept)
    done, wrong = 0, []
    for one in kept:
        problem = _problem(contents, one)
        if problem:
            wrong.append(Finding(CODE, one.place, problem, None, "", WHAT_TO_DO))
        done += _blocks(one.size)
        if progress is not None:
            progress(done, total)
    return CheckResult(CODE, PROVES, len(wrong), 0, tuple(wrong[:MOST_SHOWN]))


def _blocks(size: int) -> int:
    return max(1, -(-size // BLOCK_SIZE))


def _problem(contents: Contents, kept: KeptBytes) -> str:
    """Say what is wrong with some kept bytes; empty when they are as they came."""
    try:
        stream = contents.open(kept.sha256)
    except LedgerError:
        return ""  # erased since the exchanges were listed
    try:
        with stream:
            digest, size = _measured(stream)
    except LedgerError:
        return "a part of its kept bytes cannot be read"
    except zlib.error:
        return "its kept bytes cannot be unpacked"
    if digest != kept.sha256:
        return "its kept bytes are not those that came"
    return "" if size == kept.size else "its kept bytes are not as many as came"


def _measured(stream: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 and the size of a stream, read block by block."""
    digest, size = hashlib.sha256(), 0
    while block := stream.read(BLOCK_SIZE):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
