"""The register of recipients (*e-mottagare*), taken in from a file: what debtors want, and where they are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple

from hub.formats.given_file import open_given
from hub.model.deliveries import DEBTOR_CHANGED
from hub.rules.delivery.recipients import says_otherwise
from hub.rules.delivery.stated_recipients import (
    Stated,
    after,
    has_lost_consent,
    is_another,
    is_of_another,
    must_wait_for,
    over,
)
from hub.services.attempts.planning import CLAIM
from hub.services.delivery.recipient_rows import ReadRow, RecipientProblem, raw_rows, read_row
from hub.services.delivery.turning_back import turn_back
from hub.services.ports import Store, UnitOfWork

_PROTECTED_BY = "line {line} says that a debtor known by the same is protected, which counts: mend one of the two"
ROWS_AT_ONCE = 1_000
MOST_PROBLEMS_KEPT = 1_000


class Counts(NamedTuple):
    """What became of protections and consents by rows of a register, in debtors."""

    protections_lifted: int = 0
    protections_kept: Annotated[int, "by numbers that somebody else is protected by"] = 0
    consents_ended: Annotated[int, "to be mailed, given for an address that is no longer theirs"] = 0
    consents_without_address: Annotated[int, "which nothing is mailed by"] = 0


class RecipientReport(NamedTuple):
    """What became of a file: how many were kept, what they lost by it, and the rows that were not."""

    kept: int
    protections_lifted: Annotated[int, "debtors who were protected, and are no more"]
    problems: tuple[RecipientProblem, ...]
    rejected: Annotated[int, "rows"]
    consents_ended: Annotated[int, "debtors whose consent to email ended with the address it was given for"] = 0
    warnings: tuple[RecipientProblem, ...] = ()
    consents_without_address: Annotated[int, "debtors who agreed to email, at no address that the register knows"] = 0
    protections_kept: Annotated[int, "numbers that somebody with another identity is protected by, and stays so"] = 0


def import_recipients(store: Store, tenant_name: str, file: Path) -> RecipientReport:
    """Take a CSV, JSON or Excel file in, whose headings are our names; the same file again changes nothing.

    A row replaces what its columns say. What the file has no column for stays as it stands: a list of wishes takes
    nobody's protection or consent away. Another address ends the consent that was given for the one before.

    Of rows about one debtor the one that protects counts, wherever it stands. A number that somebody is protected by
    stays so until a row with that identity, or with the number alone, says otherwise.

    Documents that have not gone yet find their way anew when it says something else of their debtors.

    Raises:
        DataError: the file cannot be opened, or cannot be read as a whole; rows before that are kept.
    """
    taking = _Taking(store, tenant_name, file.name)
    with store.read() as work:
        today = work.today
    with open_given(file) as stream:
        for raw in raw_rows(stream):
            taking.take(read_row(raw, today), raw.line)
    return taking.report()


class _Protecting(NamedTuple):
    line: int
    stated: Stated


class _Taking:
    """Takes the rows of one file, many in one transaction, and counts what becomes of them."""

    def __init__(self, store: Store, tenant_name: str, source: str) -> None:
        self._store = store
        self._tenant_name = tenant_name
        self._source = source
        self._waiting: dict[str, Stated] = {}
        self._numbers: dict[str, str] = {}
        self._protected: dict[str, _Protecting] = {}  # by key, the first of the file's rows that says so
        self._counts = Counts()
        self._kept = 0
        self._rejected = 0
        self._problems: list[RecipientProblem] = []
        self._warnings: list[RecipientProblem] = []

    def take(self, row: ReadRow, line: int) -> None:
        """Take a row of a line; what it says is written with that of others."""
        self._rejected += bool(row.problems)
        self._kept += not row.problems
        self._problems += row.problems[: max(0, MOST_PROBLEMS_KEPT - len(self._problems))]
        self._warn(row.warnings)
        if not row.key:
            return
        stated, by_number = self._stated(row, line)
        if must_wait_for(self._waiting.get(row.key, {}), stated):
            self._write()  # as in two files: what is lost is counted
        self._waiting[row.key] = after(self._waiting.get(row.key, {}), stated)
        if by_number:
            self._waiting[row.number_key] = {**self._waiting.get(row.number_key, {}), **by_number}
            self._numbers[row.number_key] = row.key
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._write()

    def _stated(self, row: ReadRow, line: int) -> tuple[Stated, Stated]:
        """Return what is stated by a row's key and by its number's; another row of the file may protect either."""
        stated: Stated = {**row.stated, "source": self._source}
        if "is_protected" not in stated:
            return stated, {}
        by_number = {name: stated[name] for name in ("identity", "is_protected", "source")} if row.number_key else {}
        if stated["is_protected"]:
            for key in filter(None, (row.key, row.number_key)):
                self._protected.setdefault(key, _Protecting(line, stated))
            return stated, by_number
        own, number = self._protected.get(row.key), self._protected.get(row.number_key)
        own = None if own is None or is_another(own.stated, stated) else own
        lines = [one.line for one in (own, number) if one is not None]
        if lines:
            self._warn([RecipientProblem(line, "is_protected", _PROTECTED_BY.format(line=min(lines)))])
        return stated if own is None else {**stated, "is_protected": 1}, by_number if number is None else {}

    def _warn(self, warnings: Sequence[RecipientProblem]) -> None:
        self._warnings += warnings[: max(0, MOST_PROBLEMS_KEPT - len(self._warnings))]

    def report(self) -> RecipientReport:
        """Write what waits, and return what became of the file."""
        self._write()
        problems, warnings = tuple(self._problems), tuple(self._warnings)
        lifted, stay, ended, unbound = self._counts
        return RecipientReport(self._kept, lifted, problems, self._rejected, ended, warnings, unbound, stay)

    def _write(self) -> None:
        with self._store.write() as work:
            stated = {key: self._waiting[key] for key in sorted(self._waiting)}
            counts = keep_recipients(work, self._tenant_name, stated, self._numbers)
        self._waiting.clear()
        self._numbers.clear()
        self._counts = Counts(*(one + more for one, more in zip(self._counts, counts, strict=True)))


def keep_recipients(
    work: UnitOfWork, tenant_name: str, stated: Mapping[str, Stated], numbers: Mapping[str, str] = MappingProxyType({})
) -> Counts:
    """Write what is stated of recipients, by key, over what was known, and turn back what has not gone to the changed.

    Of those whose debts are at an agency an event says so, by the receivable. Returns what they had and have no more,
    and the consents that are of no use. `numbers` are keys of debtors' numbers, with those of their identities: they
    are protected by both, and counted once; a number is not kept where it protects nobody and nothing is known by it.

    Whoever plans messages sees what is written here, or is seen by it: they claim the same.
    """
    work.commands.claim(CLAIM)
    before = work.recipients.known(list(stated))
    kept = {number for number in numbers if is_of_another(before.get(number), stated[number])}
    recipients = [
        over(before.get(key), key, values)
        for key, values in stated.items()
        if key not in kept and (key in before or key not in numbers or _says_more(values))
    ]
    work.recipients.keep(recipients)
    changed = [one.recipient_key for one in recipients if says_otherwise(one, before.get(one.recipient_key))]
    protected = {key for key, was in before.items() if was.is_protected} - kept
    now_protected = {one.recipient_key for one in recipients if one.is_protected}
    turn_back(work, tenant_name, changed, sorted(protected ^ now_protected))
    for receivable_id, company in work.collection_cases.of_debtors(changed):
        work.events.record(DEBTOR_CHANGED, receivable_id=receivable_id, company=company)
    pairs = [(one, before[one.recipient_key]) for one in recipients if one.recipient_key in before]
    return Counts(
        protections_lifted=len({numbers.get(key, key) for key in protected - now_protected}),
        protections_kept=len(kept),
        consents_ended=sum(has_lost_consent(now, was) for now, was in pairs),
        consents_without_address=sum(bool(one.email_consent_on) and not one.email for one in recipients),
    )


def _says_more(stated: Stated) -> bool:
    return any(value for name, value in stated.items() if name not in ("identity", "source"))
