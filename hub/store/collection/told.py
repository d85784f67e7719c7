"""What agencies' files say, event by event, their settlements, and the lists of what they have open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.agency_told import Listed, Meant, Told
from hub.model.collection_cases import PaidPart, Settlement, SettlementRow, WaitingPayout
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_TOLD = ", ".join(Told._fields)
_NEXT = text(f"""
    SELECT {_TOLD} FROM agency_told WHERE tenant = :t AND exchange_no = :exchange_no AND state = 'read'
    ORDER BY told_no LIMIT :limit
""")
_OF_CASE = text(f"""
    SELECT {_TOLD} FROM agency_told WHERE tenant = :t AND case_no = :case_no ORDER BY exchange_no, told_no LIMIT :limit
""")
_SETTLE = text(
    "UPDATE agency_told SET state = :state, remark = :remark WHERE tenant = :t AND exchange_no = :x AND told_no = :no"
)
_MEANT = text("""
    UPDATE agency_told SET case_no = CAST(:case_no AS BIGINT), remark = :of
    WHERE tenant = :t AND exchange_no = :x AND told_no = :no
""")
_WAITING_PAYOUTS = text("""
    SELECT u.payment_id, u.exchange_no, p.section_no, u.account_no, u.company, u.currency, u.remaining_ore,
           u.booked_date, p.reference, p.texts, p.payer_account
    FROM unallocated_payment u JOIN payment p ON p.tenant = :t AND p.payment_id = u.payment_id
    WHERE u.tenant = :t AND (u.state = 'suspended' OR :closed = 1)
      AND ((:payment_id = 0 AND u.reason = 'agency_payout' AND u.remaining_ore > 0) OR u.payment_id = :payment_id)
    ORDER BY u.payment_id
""")
_SHARES = text("""
    SELECT r.settlement_no, c.company, CAST(sum(r.net_ore) AS BIGINT) AS net_ore
    FROM settlement_row r JOIN collection_case c ON c.tenant = :t AND c.case_no = r.case_no
    WHERE r.tenant = :t AND r.settlement_no IN :some
    GROUP BY r.settlement_no, c.company
""").bindparams(bindparam("some", expanding=True))
_PAID = text("""
    SELECT settlement_no, company, CAST(sum(amount_ore) AS BIGINT) FROM settlement_payment
    WHERE tenant = :t AND settlement_no IN :some GROUP BY settlement_no, company
""").bindparams(bindparam("some", expanding=True))
_PAY = text("""
    INSERT INTO settlement_payment (tenant, settlement_no, part_no, company, payment_id, amount_ore, placed_on)
    SELECT CAST(:t AS INTEGER), CAST(:settlement_no AS BIGINT), 1 + coalesce(max(part_no), 0), CAST(:company AS TEXT),
           CAST(:payment_id AS BIGINT), CAST(:amount_ore AS BIGINT), CAST(:on AS TEXT)
    FROM settlement_payment WHERE tenant = :t AND settlement_no = :settlement_no
""")
_PAID_BY = text("""
    SELECT settlement_no, company, payment_id, CAST(sum(amount_ore) AS BIGINT) AS amount_ore FROM settlement_payment
    WHERE tenant = :t AND payment_id = :payment_id
    GROUP BY settlement_no, company, payment_id HAVING sum(amount_ore) <> 0 ORDER BY settlement_no, company
""")
_TAKEN_OFF = text("""
    SELECT settlement_no FROM settlement_payment WHERE tenant = :t AND settlement_no IN :some AND payment_id IS NOT NULL
    GROUP BY settlement_no, payment_id, company HAVING sum(amount_ore) = 0
""").bindparams(bindparam("some", expanding=True))
_NOTE_PAID = text("""
    UPDATE settlement SET
        paid_ore = (SELECT coalesce(sum(p.amount_ore), 0) FROM settlement_payment p
                    WHERE p.tenant = :t AND p.settlement_no = :no),
        payment_id = (SELECT max(x.payment_id) FROM (
            SELECT p.payment_id FROM settlement_payment p
            WHERE p.tenant = :t AND p.settlement_no = :no GROUP BY p.payment_id HAVING sum(p.amount_ore) <> 0) AS x)
    WHERE tenant = :t AND settlement_no = :no
""")
_SETTLEMENT = ", ".join(Settlement._fields)


class SqlAgencyTold:
    """What agencies have told, of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def add(self, told: Sequence[Told]) -> None:
        """Write what a file says, not yet applied."""
        rows = [(self._tenant, *one) for one in told]
        insert_rows(self._connection, tables.agency_told, ("tenant", *Told._fields), rows)

    def forget(self, exchange_no: int) -> None:
        """Take away what was read of a file that turned out wrong."""
        self._connection.execute(
            text("DELETE FROM agency_told WHERE tenant = :t AND exchange_no = :x AND state = 'read'"),
            {"t": self._tenant, "x": exchange_no},
        )

    def note_meant(self, exchange_no: int, meant: Sequence[Meant]) -> None:
        """Write which cases events of a file turned out to be about, or which companies they may be of."""
        rows = [{"t": self._tenant, "x": exchange_no, "no": no, "case_no": case, "of": of} for no, case, of in meant]
        if rows:
            self._connection.execute(_MEANT, rows)

    def next(self, exchange_no: int, limit: int) -> list[Told]:
        """Return the next events of a file that are not applied."""
        rows = self._connection.execute(_NEXT, {"t": self._tenant, "exchange_no": exchange_no, "limit": limit})
        return [Told._make(row) for row in rows]

    def kinds(self, exchange_no: int) -> set[str]:
        """Return the kinds of events that a file says."""
        said = text("SELECT DISTINCT kind FROM agency_told WHERE tenant = :t AND exchange_no = :x")
        return set(self._connection.execute(said, {"t": self._tenant, "x": exchange_no}).scalars())

    def of_kind(self, exchange_no: int, kinds: Sequence[str]) -> list[Told]:
        """Return the events of some kinds that a file says, those that are not applied."""
        wanted = set(kinds)
        return [one for one in self.next(exchange_no, 10_000_000) if one.kind in wanted]

    def settle(self, told: Sequence[tuple[int, int, str, str]]) -> None:
        """Write what became of events: (exchange, number, state, remark)."""
        rows = [{"t": self._tenant, "x": x, "no": no, "state": state, "remark": why} for x, no, state, why in told]
        if rows:
            self._connection.execute(_SETTLE, rows)

    def of_case(self, case_no: int, limit: int = 200) -> list[Told]:
        """Return what was told of a case, in the order it came."""
        rows = self._connection.execute(_OF_CASE, {"t": self._tenant, "case_no": case_no, "limit": limit})
        return [Told._make(row) for row in rows]

    def counts(self, exchange_no: int) -> dict[str, int]:
        """Return how many events of a file were applied, and how many are about no case of ours."""
        rows = self._connection.execute(
            text("SELECT state, count(*) FROM agency_told WHERE tenant = :t AND exchange_no = :x GROUP BY state"),
            {"t": self._tenant, "x": exchange_no},
        )
        counted = {row[0]: row[1] for row in rows}
        return {state: counted.get(state, 0) for state in ("applied", "stray")}

    # --- settlements

    def settlement_named(self, agency: str, payout_reference: str) -> Settlement | None:
        """Return the settlement that an agency has given a reference."""
        found = self._settlements("agency = :agency AND payout_reference = :reference",
                                  agency=agency, reference=payout_reference)  # fmt: skip
        return found[0] if found else None

    def settlement(self, settlement_no: int) -> Settlement | None:
        """Return a settlement, or None."""
        found = self._settlements("settlement_no = :no", no=settlement_no)
        return found[0] if found else None

    def settlements(self, *, agency: str = "", unpaid_only: bool = False, limit: int = 100) -> list[Settlement]:
        """Return settlements, newest first."""
        unpaid = " AND paid_ore <> net_ore" if unpaid_only else ""
        return self._settlements(f"(:agency = '' OR agency = :agency){unpaid}", agency=agency, limit=limit)

    def settlements_named(self, references: Collection[str]) -> list[Settlement]:
        """Return the settlements of any agency that have one of these references."""
        wanted, found = sorted(references), []
        named = text(f"SELECT {_SETTLEMENT} FROM settlement WHERE tenant = :t AND payout_reference IN :some")
        named = named.bindparams(bindparam("some", expanding=True))
        for start in range(0, len(wanted), 500):
            rows = self._connection.execute(named, {"t": self._tenant, "some": wanted[start : start + 500]})
            found += [Settlement._make(row) for row in rows]
        return found

    def lock_settlements(self, settlement_nos: Sequence[int]) -> None:
        """Let nobody else place money on these until the transaction ends. SQLite has one writer at a time anyway."""
        if self._connection.dialect.name == "postgresql" and settlement_nos:
            held = "SELECT 1 FROM settlement WHERE tenant = :t AND settlement_no IN :some ORDER BY settlement_no"
            locking = text(f"{held} FOR UPDATE").bindparams(bindparam("some", expanding=True))
            self._connection.execute(locking, {"t": self._tenant, "some": list(settlement_nos)})

    def shares(self, settlement_nos: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return what settlements pay out by company, in öre, as far as their rows have been booked."""
        found: dict[int, dict[str, int]] = {number: {} for number in settlement_nos}
        for start in range(0, len(settlement_nos), 500):
            some = list(settlement_nos[start : start + 500])
            for number, company, net_ore in self._connection.execute(_SHARES, {"t": self._tenant, "some": some}):
                found[number][company] = net_ore
        return found

    def _settlements(self, which: str, **values: Any) -> list[Settlement]:
        asked = {"t": self._tenant, "limit": 1000, **values}
        rows = self._connection.execute(
            text(
                f"SELECT {_SETTLEMENT} FROM settlement WHERE tenant = :t AND {which} "
                "ORDER BY settlement_no DESC LIMIT :limit"
            ),
            asked,
        )
        return [Settlement._make(row) for row in rows]

    def take_settlement_number(self) -> int:
        """Take the number of a settlement."""
        return take_numbers(self._connection, self._tenant, "settlement")

    def add_settlement(self, settlement: Settlement) -> None:
        """Write a settlement."""
        rows = [(self._tenant, *settlement)]
        insert_rows(self._connection, tables.settlement, ("tenant", *Settlement._fields), rows)

    def add_rows(self, rows: Sequence[SettlementRow]) -> None:
        """Write rows of settlements."""
        columns = ("tenant", *SettlementRow._fields)
        insert_rows(self._connection, tables.settlement_row, columns, [(self._tenant, *row) for row in rows])

    def rows_of(self, *, settlement_no: int = 0, case_no: int = 0) -> list[SettlementRow]:
        """Return the rows of a settlement, or of a case."""
        names = ", ".join(SettlementRow._fields)
        rows = self._connection.execute(
            text(
                f"SELECT {names} FROM settlement_row WHERE tenant = :t AND (:s = 0 OR settlement_no = :s) "
                "AND (:c = 0 OR case_no = :c) ORDER BY exchange_no, row_no"
            ),
            {"t": self._tenant, "s": settlement_no, "c": case_no},
        )
        return [SettlementRow._make(row) for row in rows]

    def parts_left(self, settlement_nos: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return what is left to be paid of settlements by company, in öre, as far as their rows have been booked."""
        left = self.shares(settlement_nos)
        for start in range(0, len(settlement_nos), 500):
            some = list(settlement_nos[start : start + 500])
            for number, company, paid_ore in self._connection.execute(_PAID, {"t": self._tenant, "some": some}):
                left[number][company] = left[number].get(company, 0) - paid_ore
        return left

    def note_paid(self, paid: Sequence[PaidPart], on: str) -> None:
        """Write what money, or what the agency is owed, pays of settlements on a day."""
        rows = [{"t": self._tenant, "on": on, **one._asdict()} for one in paid]
        if rows:
            self._connection.execute(_PAY, rows)
            self._connection.execute(_NOTE_PAID, [{"t": self._tenant, "no": one.settlement_no} for one in paid])

    def taken_off(self, settlement_nos: Sequence[int]) -> set[int]:
        """Return those settlements that some money was placed on and has been taken off again."""
        found: set[int] = set()
        for start in range(0, len(settlement_nos), 500):
            some = list(settlement_nos[start : start + 500])
            found |= set(self._connection.execute(_TAKEN_OFF, {"t": self._tenant, "some": some}).scalars())
        return found

    def paid_by(self, payment_id: int) -> list[PaidPart]:
        """Return what a payment pays of settlements, and has not been taken off since."""
        rows = self._connection.execute(_PAID_BY, {"t": self._tenant, "payment_id": payment_id})
        return [PaidPart._make(row) for row in rows]

    def waiting_payouts(self, *, payment_id: int = 0, is_closed: bool = False) -> list[WaitingPayout]:
        """Return suspended money that came from agencies, oldest first; or one payment, wherever it came from.

        With `is_closed` one that has left the suspense account too.
        """
        asked = {"t": self._tenant, "payment_id": payment_id, "closed": int(is_closed)}
        return [WaitingPayout._make(row) for row in self._connection.execute(_WAITING_PAYOUTS, asked)]

    # --- what agencies have open

    def drop_list(self, agency: str) -> None:
        """Forget an agency's list."""
        self._connection.execute(
            text("DELETE FROM agency_list WHERE tenant = :t AND agency = :agency"),
            {"t": self._tenant, "agency": agency},
        )

    def add_list(self, agency: str, listed: Sequence[Listed]) -> None:
        """Write rows of an agency's list."""
        columns = ("tenant", "agency", *Listed._fields)
        insert_rows(self._connection, tables.agency_list, columns, [(self._tenant, agency, *one) for one in listed])

    def listed(self, agency: str) -> list[Listed]:
        """Return an agency's latest list."""
        names = ", ".join(Listed._fields)
        rows = self._connection.execute(
            text(f"SELECT {names} FROM agency_list WHERE tenant = :t AND agency = :agency ORDER BY row_no"),
            {"t": self._tenant, "agency": agency},
        )
        return [Listed._make(row) for row in rows]
