"""What settled receivables leave to be charged, and what of it source systems have been told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam

from hub.model.carried_charges import CarriedCharge, CarriedState, Uncharged
from hub.model.interest_charges import PaidSelection
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.dunning.settled import settled_receivables
from hub.store.statements import text

_CHARGE = ", ".join(CarriedCharge._fields)
_LEAVES_SOMETHING = """
    (EXISTS (SELECT 1 FROM entry e WHERE e.tenant = r.tenant AND e.receivable_id = r.receivable_id
             AND (e.cause = 'difference_carried' OR e.transaction_date > r.original_due_date)))
"""
_PRINTED = text("""
    SELECT receivable_id, step, fee_ore FROM dunning_step
    WHERE tenant = :t AND receivable_id IN :ids AND undone_at IS NULL AND is_fee_debited = 0 AND fee_ore > 0
""").bindparams(bindparam("ids", expanding=True))


class SqlCarriedCharges:
    """Carried charges of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def settled(self, selection: PaidSelection, *, after: int, limit: int) -> list[int]:
        """Return the next fully paid receivables after one that may leave something to be charged."""
        return settled_receivables(
            self._connection, self._tenant, selection, [_LEAVES_SOMETHING], after=after, limit=limit
        )

    def printed_fees(self, receivable_ids: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return the fees that letters printed without debiting them, by receivable and step."""
        found: dict[int, dict[str, int]] = {}
        for start in range(0, len(receivable_ids), 500):
            part = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            for row in self._connection.execute(_PRINTED, part):
                found.setdefault(row.receivable_id, {})[row.step] = row.fee_ore
        return found

    def known(self, receivable_ids: Sequence[int]) -> set[tuple[int, str]]:
        """Return what of receivables has been offered or carried, by receivable and kind."""
        statement = text(
            "SELECT receivable_id, kind FROM carried_charge WHERE tenant = :t AND receivable_id IN :ids "
            "AND state <> 'withdrawn'"
        ).bindparams(bindparam("ids", expanding=True))
        found: set[tuple[int, str]] = set()
        for start in range(0, len(receivable_ids), 500):
            part = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            found |= {(row.receivable_id, row.kind) for row in self._connection.execute(statement, part)}
        return found

    def offer(self, uncharged: Sequence[Uncharged]) -> list[CarriedCharge]:
        """Write down that source systems are told of what is left, and return it with its numbers."""
        if not uncharged:
            return []
        first = take_numbers(self._connection, self._tenant, "carried_charge", len(uncharged))
        offered = [
            CarriedCharge(
                number, *one[:4], state=CarriedState.OFFERED, offered_at=self._now, offers=1, earned_ore=one.earned_ore
            )
            for number, one in enumerate(uncharged, first)
        ]
        columns = ("tenant", *CarriedCharge._fields)
        insert_rows(self._connection, tables.carried_charge, columns, [(self._tenant, *one) for one in offered])
        return offered

    def offer_again(self, before: str) -> list[CarriedCharge]:
        """Return what was last offered before a time and has not been answered, written down as offered again."""
        unanswered = self._charges("state = 'offered' AND offered_at < :before", before=before)
        self._connection.execute(
            text(
                "UPDATE carried_charge SET offered_at = :now, offers = offers + 1 "
                "WHERE tenant = :t AND state = 'offered' AND offered_at < :before"
            ),
            {"t": self._tenant, "now": self._now, "before": before},
        )
        return [one._replace(offered_at=self._now, offers=one.offers + 1) for one in unanswered]

    def get(self, carry_no: int) -> CarriedCharge | None:
        """Return one by its number, or None."""
        found = self._charges("carry_no = :carry_no", carry_no=carry_no)
        return found[0] if found else None

    def withdraw(self, carry_nos: Sequence[int]) -> None:
        """Write down that what was offered is not to be charged after all."""
        statement = text("UPDATE carried_charge SET state = 'withdrawn' WHERE tenant = :t AND carry_no = :carry_no")
        if carry_nos:
            self._connection.execute(statement, [{"t": self._tenant, "carry_no": one} for one in carry_nos])

    def unanswered(self) -> list[CarriedCharge]:
        """Return what no source system has answered yet, oldest first."""
        return self._charges("state = 'offered'")

    def answer(self, carry_no: int, invoice_number: str) -> None:
        """Write down the invoice that a charge stands on."""
        self._connection.execute(
            text(
                "UPDATE carried_charge SET state = 'carried', invoice_number = :number, answered_at = :now "
                "WHERE tenant = :t AND carry_no = :carry_no"
            ),
            {"t": self._tenant, "now": self._now, "number": invoice_number, "carry_no": carry_no},
        )

    def _charges(self, which: str, **values: object) -> list[CarriedCharge]:
        rows = self._connection.execute(
            text(f"SELECT {_CHARGE} FROM carried_charge WHERE tenant = :t AND {which} ORDER BY carry_no"),
            {"t": self._tenant, **values},
        )
        return [CarriedCharge._make(row) for row in rows]
