"""What letters say of receivables, read for all of a chunk at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, bindparam

from hub.model.letter_facts import LetterFacts, Lowered
from hub.model.receivables import Receivable
from hub.store.statements import text

_AT_ONCE = 500
_FACTS = text(f"""
    SELECT {", ".join(f"r.{name}" for name in Receivable._fields)},
           coalesce(o.principal_ore, 0) AS open_principal_ore, coalesce(o.fee_ore, 0) AS open_fee_ore,
           coalesce(o.interest_ore, 0) AS open_interest_ore, coalesce(c.fee_ore, 0) AS printed_fee_ore,
           coalesce(c.interest_ore, 0) AS printed_interest_ore
    FROM receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
    LEFT JOIN printed_charge c ON c.tenant = r.tenant AND c.receivable_id = r.receivable_id AND c.printed_on = :on_day
    WHERE r.tenant = :t AND r.receivable_id IN :some
""").bindparams(bindparam("some", expanding=True))
_LOWERED = text("""
    SELECT receivable_id, transaction_date, booked_date, bucket, -amount_ore AS amount_ore, cause, entry_no, payment_id,
           reverses_no
    FROM entry
    WHERE tenant = :t AND receivable_id IN :some AND bucket IN ('principal', 'fee', 'interest')
      AND (transaction_date > :since OR booked_date > :since)
    ORDER BY receivable_id, transaction_date, entry_no
""").bindparams(bindparam("some", expanding=True))


class SqlLetterFacts:
    """Facts of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def of(self, receivable_ids: Collection[int], on_day: str) -> dict[int, LetterFacts]:
        """Return receivables with what is open, and what a letter of a day says beside that."""
        found = {}
        for some in _in_parts(receivable_ids):
            for row in self._connection.execute(_FACTS, {"t": self._tenant, "on_day": on_day, "some": some}):
                kept = len(Receivable._fields)
                found[int(row.receivable_id)] = LetterFacts(Receivable._make(row[:kept]), *row[kept:])
        return found

    def lowered(self, receivable_ids: Collection[int], since: str) -> list[Lowered]:
        """Return the entries of receivables after a day, in the order of their dates."""
        found: list[Lowered] = []
        for some in _in_parts(receivable_ids):
            rows = self._connection.execute(_LOWERED, {"t": self._tenant, "since": since, "some": some})
            found.extend(Lowered._make(row) for row in rows)
        return found


def _in_parts(numbers: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
