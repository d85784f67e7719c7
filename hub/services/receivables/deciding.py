"""What is known of the receivables of a chunk, and what each of its rows does. Reads; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.model.receivables import Receivable
from hub.rules.receivables import Cause, Decision, decide
from hub.services.ports import UnitOfWork
from hub.services.receivables.resolving import Incoming

Key = tuple[str, str]
Reference = tuple[int, str]


def key_of(receivable: Receivable) -> Key:
    """Return what all versions of a receivable of one source system have in common."""
    return receivable.company, receivable.number


class _Version(NamedTuple):
    """One known version; what has been decided and not written yet has its row instead of an id."""

    receivable: Receivable
    row: Incoming | None


class KnownReceivables:
    """Every version of the receivables that rows name: kept ones, looked up in bulk, and those decided since."""

    def __init__(self, work: UnitOfWork, rows: Sequence[Incoming]) -> None:
        self._work = work
        self._versions: dict[Key, list[_Version]] = defaultdict(list)
        for receivable in _kept_versions(work, rows):
            self._versions[key_of(receivable)].append(_Version(receivable, None))
        self._references = self._open_references(rows)

    def decide(self, row: Incoming) -> Decision:
        """Decide what a row does."""
        versions = self._versions.get(key_of(row.receivable))
        if not versions:
            return decide(row.receivable, ())
        known = [version.receivable for version in versions]
        return decide(row.receivable, known, also_differing=self._differs_beside(row, versions))

    def add(self, row: Incoming, receivable: Receivable) -> None:
        """Remember a receivable that is going to be kept."""
        self._versions[key_of(receivable)].append(_Version(receivable, row))

    def has_reference(self, receivable_id: int, reference: Reference) -> bool:
        """Say whether a kept receivable has a reference open."""
        return reference in self._references.get(receivable_id, ())

    def _differs_beside(self, row: Incoming, versions: Iterable[_Version]) -> tuple[str, ...]:
        same = next((version for version in versions if version.receivable.version == row.receivable.version), None)
        if same is None:
            return ()
        differing = []
        references = self._references_of(same)
        if row.stated_reference and references and row.stated_reference not in references:
            differing.append("reference")
        if same.receivable.is_opening and row.receivable.is_opening and self._opening_ore(same) != row.owed_ore:
            differing.append("paid_amount")
        return tuple(differing)

    def _references_of(self, version: _Version) -> set[str]:
        if version.row is not None:
            return {reference for _, reference in version.row.references}
        return {reference for _, reference in self._references.get(version.receivable.receivable_id, ())}

    def _opening_ore(self, version: _Version) -> int:
        if version.row is not None:
            return version.row.owed_ore
        entries = self._work.receivables.entries(version.receivable.receivable_id)
        return sum(entry["amount_ore"] for entry in entries if entry["cause"] == Cause.OPENING_BALANCE)

    def _open_references(self, rows: Sequence[Incoming]) -> dict[int, set[Reference]]:
        """Look up the references of what a row may contradict or replace; a row that repeats has no need of them."""
        found: dict[int, set[Reference]] = defaultdict(set)
        ids = {
            kept.receivable.receivable_id
            for row in rows
            for kept in self._versions.get(key_of(row.receivable), ())
            if row.stated_reference or row.receivable.version != kept.receivable.version
        }
        for reference in self._work.receivables.references_of(sorted(ids)):
            found[reference.receivable_id].add((reference.account_no, reference.reference))
        return found


def _kept_versions(work: UnitOfWork, rows: Sequence[Incoming]) -> Iterable[Receivable]:
    numbers: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        numbers[row.receivable.company][row.receivable.number] = None
    source_system = rows[0].receivable.source_system if rows else ""
    for company, wanted in numbers.items():
        for receivable in work.receivables.known_versions(company, tuple(wanted)):
            if receivable.source_system == source_system:
                yield receivable
