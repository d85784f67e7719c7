"""Cases at agencies (*inkassoärende*) and the claims that they were told by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.identifiers.identity_key import identity_key
from hub.model.books import OpenAmounts
from hub.model.collection_cases import OPEN_CASES, Case, NewsOfCase
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.conditions import Conditions
from hub.store.counters import take_numbers
from hub.store.statements import text
from hub.store.temporary import lay_out

_CASE = ", ".join(f"c.{name}" for name in Case._fields)
IS_OPEN = (
    f"c.state IN ({', '.join(map(repr, map(str, OPEN_CASES)))})"  # as its index has it, or SQLite does not use that
)
_IDS = {"receivable_id": "BIGINT PRIMARY KEY"}
_OPEN_OF = text(f"""
    SELECT {_CASE} FROM asked a CROSS JOIN collection_case c
    WHERE c.tenant = :t AND c.receivable_id = a.receivable_id AND {IS_OPEN}
""")
_ENDED_OF = text(f"""
    SELECT {_CASE} FROM collection_case c WHERE c.tenant = :t AND c.receivable_id IN :some AND NOT ({IS_OPEN})
""").bindparams(bindparam("some", expanding=True))
_OF_DEBTORS = text(f"""
    SELECT r.receivable_id, r.company FROM receivable r
    JOIN collection_case c ON c.tenant = :t AND c.receivable_id = r.receivable_id AND {IS_OPEN}
    WHERE r.tenant = :t AND r.debtor_key IN :some
""").bindparams(bindparam("some", expanding=True))
_KEYS = {"recipient_key": "TEXT PRIMARY KEY"}
_OF_NUMBERED_DEBTORS = text(f"""
    SELECT r.receivable_id, r.company
    FROM collection_case c CROSS JOIN receivable r
    JOIN asked_debtor a ON a.recipient_key = ltrim(r.company, '0') || '/' || r.debtor_number
    WHERE c.tenant = :t AND {IS_OPEN} AND r.tenant = :t AND r.receivable_id = c.receivable_id AND r.debtor_number <> ''
""")
_SECOND_DEBTORS = text(f"""
    SELECT r.receivable_id, r.company, r.second_debtor_identity
    FROM collection_case c CROSS JOIN receivable r
    WHERE c.tenant = :t AND {IS_OPEN} AND r.tenant = :t AND r.receivable_id = c.receivable_id
      AND r.second_debtor_identity <> ''
""")
_LAST_ENTRIES = text("""
    SELECT a.receivable_id, max(e.entry_no) FROM asked a
    JOIN entry e ON e.tenant = :t AND e.receivable_id = a.receivable_id GROUP BY a.receivable_id
""")
_NEWS = text(f"""
    SELECT c.case_no, e.entry_no, e.cause, e.bucket, e.amount_ore, e.transaction_date, e.payment_id, e.reverses_no,
           e.rule, coalesce(p.payer_account, '')
    FROM event v
    JOIN collection_case c ON c.tenant = :t AND c.receivable_id = v.receivable_id AND {IS_OPEN}
                          AND v.event_no > c.since_entry
    JOIN entry e ON e.tenant = :t AND e.receivable_id = v.receivable_id AND e.entry_no = v.event_no
    LEFT JOIN payment p ON p.tenant = :t AND p.payment_id = e.payment_id
    WHERE v.tenant = :t AND v.event_no > :after AND v.event_no <= :until AND v.data IS NULL
    ORDER BY c.case_no, e.entry_no
""")
# All versions of a receivable have its company, number and source system.
_OF_ITS_VERSIONS = """r.tenant = :t AND r.company = o.company AND r.source_system = o.source_system
    AND r.number = o.number AND r.chain_id = o.chain_id"""
_RENEWED = text(f"""
    SELECT DISTINCT c.case_no FROM event v
    JOIN receivable o ON o.tenant = :t AND o.receivable_id = v.receivable_id
    JOIN receivable r ON {_OF_ITS_VERSIONS}
    JOIN collection_case c ON c.tenant = :t AND c.receivable_id = r.receivable_id AND {IS_OPEN}
                          AND v.event_no > c.since_entry
    WHERE v.tenant = :t AND v.event_no > :after AND v.event_no <= :until AND v.data IS NULL
      AND v.kind = 'credited_by_new_version'
""")
_NEWS_OF_VERSIONS = text(f"""
    SELECT c.case_no, e.entry_no, e.cause, e.bucket, e.amount_ore, e.transaction_date, e.payment_id, e.reverses_no,
           e.rule, coalesce(p.payer_account, '')
    FROM collection_case c
    JOIN receivable o ON o.tenant = :t AND o.receivable_id = c.receivable_id
    JOIN receivable r ON {_OF_ITS_VERSIONS}
    JOIN entry e ON e.tenant = :t AND e.receivable_id = r.receivable_id AND e.entry_no > :after
                AND e.entry_no <= :until AND e.entry_no > c.since_entry
    LEFT JOIN payment p ON p.tenant = :t AND p.payment_id = e.payment_id
    WHERE c.tenant = :t AND c.case_no IN :some
    ORDER BY c.case_no, e.entry_no
""").bindparams(bindparam("some", expanding=True))
_OF_NUMBERS = text(f"SELECT {_CASE} FROM collection_case c WHERE c.tenant = :t AND c.case_no IN :some").bindparams(
    bindparam("some", expanding=True)
)
_BY_CLAIM = text(f"SELECT {_CASE} FROM collection_case c WHERE c.tenant = :t AND c.claim_id IN :some").bindparams(
    bindparam("some", expanding=True)
)
_BY_THEIR_NO = text(
    f"SELECT {_CASE} FROM collection_case c WHERE c.tenant = :t AND c.agency = :agency AND c.agency_case_no IN :some"
).bindparams(bindparam("some", expanding=True))
_BY_INVOICE = text(f"""
    SELECT r.number, {_CASE} FROM receivable r
    JOIN collection_case c ON c.tenant = :t AND c.receivable_id = r.receivable_id AND c.agency = :agency
    WHERE r.tenant = :t AND r.company IN :companies AND r.number IN :some ORDER BY c.case_no
""").bindparams(bindparam("some", expanding=True), bindparam("companies", expanding=True))
_CLAIMS = text("SELECT case_no, body FROM collection_claim WHERE tenant = :t AND case_no IN :some").bindparams(
    bindparam("some", expanding=True)
)
_KEEP_CLAIM = text("""
    INSERT INTO collection_claim (tenant, case_no, body, sha256) VALUES (:t, :case_no, :body, :sha256)
    ON CONFLICT (tenant, case_no) DO UPDATE SET body = excluded.body, sha256 = excluded.sha256
""")
_TOLD = text("""
    UPDATE collection_case SET principal_told_ore = principal_told_ore + :principal,
        fee_told_ore = fee_told_ore + :fee, interest_told_ore = interest_told_ore + :interest
    WHERE tenant = :t AND case_no = :case_no
""")
_LIST = f"""
    SELECT {_CASE}, r.number, r.source_system, r.debtor_name, coalesce(o.principal_ore + o.fee_ore + o.interest_ore, 0)
    FROM {{tables}}
    LEFT JOIN open_item o ON o.tenant = :t AND o.receivable_id = c.receivable_id
    WHERE c.tenant = :t AND r.tenant = :t AND r.receivable_id = c.receivable_id {{where}}
    ORDER BY c.case_no DESC LIMIT :limit
"""
# SQLite keeps the order of a cross join, and takes no index where a clause may be void.
_ALONG_CASES = "collection_case c CROSS JOIN receivable r"
_BY_NUMBER = "receivable r CROSS JOIN collection_case c"
_COUNTS = text("""
    SELECT agency, state, count(*), CAST(sum(principal_ore + fee_ore + interest_ore) AS BIGINT),
           CAST(sum(principal_ore + fee_ore + interest_ore - principal_told_ore - fee_told_ore - interest_told_ore)
                AS BIGINT)
    FROM collection_case WHERE tenant = :t GROUP BY agency, state ORDER BY agency, state
""")
_AT_ONCE = 500

_COLLECTED = text("""
    SELECT c.case_no,
           CAST(max(c.is_settled * c.principal_told_ore)
                - coalesce(sum(CASE e.bucket WHEN 'principal' THEN e.amount_ore END), 0) AS BIGINT) AS principal_ore,
           CAST(max(c.is_settled * c.fee_told_ore)
                - coalesce(sum(CASE e.bucket WHEN 'fee' THEN e.amount_ore END), 0) AS BIGINT) AS fee_ore,
           CAST(max(c.is_settled * c.interest_told_ore)
                - coalesce(sum(CASE e.bucket WHEN 'interest' THEN e.amount_ore END), 0) AS BIGINT) AS interest_ore
    FROM collection_case c
    LEFT JOIN entry e ON e.tenant = :t AND e.receivable_id = c.receivable_id AND e.rule = 'case:' || c.case_no
                     AND e.cause IN ('collected', 'collected_interest_debited')
    WHERE c.tenant = :t AND c.case_no IN :some
    GROUP BY c.case_no
""").bindparams(bindparam("some", expanding=True))


class SqlCollectionCases:
    """Cases of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def take_numbers(self, count: int) -> int:
        """Take numbers of cases; return the first."""
        return take_numbers(self._connection, self._tenant, "collection_case", count)

    def add(self, cases: Sequence[Case]) -> None:
        """Write new cases."""
        insert_rows(
            self._connection,
            tables.collection_case,
            ("tenant", *Case._fields),
            [(self._tenant, *case) for case in cases],
        )

    def keep_claims(self, claims: Iterable[tuple[int, str, str]]) -> None:
        """Keep claims as they are told: (case number, JSON, SHA-256)."""
        rows = [{"t": self._tenant, "case_no": no, "body": body, "sha256": sha256} for no, body, sha256 in claims]
        if rows:
            self._connection.execute(_KEEP_CLAIM, rows)

    def claims(self, case_nos: Sequence[int]) -> dict[int, str]:
        """Return the claims of cases as JSON, by case."""
        return {row[0]: row[1] for row in self._in_parts(_CLAIMS, sorted(set(case_nos)))}

    def open_of(self, receivable_ids: Sequence[int]) -> dict[int, Case]:
        """Return the open case of receivables that have one, by receivable."""
        lay_out(self._connection, "asked", _IDS, [(one,) for one in sorted(set(receivable_ids))])
        rows = self._connection.execute(_OPEN_OF, {"t": self._tenant})
        return {case.receivable_id: case for case in map(Case._make, rows)}

    def ended_of(self, receivable_ids: Sequence[int]) -> list[Case]:
        """Return the cases of receivables that have ended."""
        return list(map(Case._make, self._in_parts(_ENDED_OF, receivable_ids)))

    def of_debtors(self, recipient_keys: Sequence[str]) -> list[tuple[int, str]]:
        """Return the receivables with open cases, and their companies, whose debtors the register has under these keys.

        One with an identity is found by company and number too, by which it may be protected. These, and second
        debtors, have no index: they are looked for among the open cases.
        """
        keys = set(recipient_keys)
        if not keys:
            return []
        found = {(row[0], row[1]) for row in self._in_parts(_OF_DEBTORS, sorted(keys))}
        lay_out(self._connection, "asked_debtor", _KEYS, [(key,) for key in sorted(keys)])
        found.update((row[0], row[1]) for row in self._connection.execute(_OF_NUMBERED_DEBTORS, {"t": self._tenant}))
        for receivable_id, company, second in self._connection.execute(_SECOND_DEBTORS, {"t": self._tenant}):
            if identity_key(second) in keys:
                found.add((receivable_id, company))
        return sorted(found)

    def collected(self, case_nos: Sequence[int]) -> dict[int, OpenAmounts]:
        """Return what agencies have collected by bucket of what was debited on cases, as it was booked.

        Of what was settled at its transfer nothing of it has entries: there it is all that is owed no longer.
        """
        found: dict[int, OpenAmounts] = {}
        for number, *amounts in self._in_parts(_COLLECTED, sorted(set(case_nos))):
            found[number] = OpenAmounts(*amounts)
        return found

    def last_entries(self, receivable_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of the last entry of receivables."""
        lay_out(self._connection, "asked", _IDS, [(one,) for one in sorted(set(receivable_ids))])
        return {row[0]: row[1] for row in self._connection.execute(_LAST_ENTRIES, {"t": self._tenant})}

    def news(self, *, after: int, until: int) -> list[NewsOfCase]:
        """Return the entries that events after one, up to and with another, tell of receivables with open cases."""
        rows = self._connection.execute(_NEWS, {"t": self._tenant, "after": after, "until": until})
        return [NewsOfCase._make(row) for row in rows]

    def renewed(self, *, after: int, until: int) -> set[int]:
        """Return the open cases of whose receivables events after one, up to and with another, tell a new version."""
        return set(self._connection.execute(_RENEWED, {"t": self._tenant, "after": after, "until": until}).scalars())

    def news_of_versions(self, case_nos: Sequence[int], *, after: int, until: int) -> list[NewsOfCase]:
        """Return as `news` the entries of cases, of every version of their receivables. Numbers of cases rise."""
        return list(map(NewsOfCase._make, self._in_parts(_NEWS_OF_VERSIONS, case_nos, after=after, until=until)))

    def get_all(self, case_nos: Sequence[int]) -> dict[int, Case]:
        """Return cases by number."""
        return {case.case_no: case for case in map(Case._make, self._in_parts(_OF_NUMBERS, sorted(set(case_nos))))}

    def by_claim(self, claim_ids: Sequence[str]) -> dict[str, Case]:
        """Return cases by our id of their claims."""
        return {case.claim_id: case for case in map(Case._make, self._in_parts(_BY_CLAIM, sorted(set(claim_ids))))}

    def by_their_number(self, agency: str, numbers: Sequence[str]) -> dict[str, list[Case]]:
        """Return an agency's cases by its own numbers."""
        found: dict[str, list[Case]] = {}
        for case in map(Case._make, self._in_parts(_BY_THEIR_NO, sorted(set(numbers)), agency=agency)):
            found.setdefault(case.agency_case_no, []).append(case)
        return found

    def by_invoice(self, agency: str, companies: Sequence[str], numbers: Sequence[str]) -> dict[str, list[Case]]:
        """Return an agency's cases by the numbers of their invoices, oldest first."""
        found: dict[str, list[Case]] = {}
        asked = sorted(set(numbers))
        for row in self._in_parts(_BY_INVOICE, asked, agency=agency, companies=list(companies)):
            found.setdefault(row[0], []).append(Case._make(row[1:]))
        return found

    def lock(self, case_nos: Sequence[int]) -> dict[int, Case]:
        """Return cases that nobody else changes before the transaction ends."""
        if self._connection.dialect.name == "postgresql" and case_nos:
            held = text(
                "SELECT 1 FROM collection_case WHERE tenant = :t AND case_no IN :some ORDER BY case_no FOR UPDATE"
            ).bindparams(bindparam("some", expanding=True))
            self._in_parts(held, sorted(set(case_nos)))
        return self.get_all(case_nos)

    def change(self, case_no: int, **values: Any) -> None:
        """Set columns of a case."""
        named = ", ".join(f"{name} = :{name}" for name in values)
        statement = text(f"UPDATE collection_case SET {named} WHERE tenant = :t AND case_no = :case_no")
        self._connection.execute(statement, {"t": self._tenant, "case_no": case_no, **values})

    def change_each(self, cases: Iterable[Case], *names: str) -> None:
        """Write these columns of cases as they stand in them."""
        rows = [{"t": self._tenant, "case_no": one.case_no, **{n: getattr(one, n) for n in names}} for one in cases]
        if rows:
            named = ", ".join(f"{name} = :{name}" for name in names)
            statement = text(f"UPDATE collection_case SET {named} WHERE tenant = :t AND case_no = :case_no")
            self._connection.execute(statement, rows)

    def note_told(self, told: Iterable[tuple[int, int, int, int]]) -> None:
        """Raise what is told to be owed no longer: (case, principal, fee and interest in öre)."""
        rows = [
            {"t": self._tenant, "case_no": no, "principal": principal, "fee": fee, "interest": interest}
            for no, principal, fee, interest in told
        ]
        if rows:
            self._connection.execute(_TOLD, rows)

    def latest(
        self,
        *,
        agency: str = "",
        state: str = "",
        number: str = "",
        companies: Sequence[str] = (),
        plan_no: int = 0,
        before: int = 0,
        limit: int = 100,
    ) -> list[tuple[Case, str, str, str, int]]:
        """Return cases, newest first, each with its invoice's number, source system, debtor and what is open.

        An invoice's number is looked up where its companies are given; else all receivables are gone through.
        """
        chosen = Conditions(t=self._tenant, limit=limit)
        chosen.add("c.agency = :agency", agency=agency)
        chosen.add("c.plan_no = :plan_no", plan_no=plan_no or None)
        chosen.add("c.case_no < :before", before=before or None)
        chosen.add("r.number = :number", number=number)
        chosen.add("r.company IN :companies", companies=tuple(companies))
        chosen.add(IS_OPEN if state == "open" else "c.state = :state", state=state)
        tables_in_order = _BY_NUMBER if number else _ALONG_CASES
        statement = chosen.statement(_LIST.format(tables=tables_in_order, where=chosen.where))
        rows = self._connection.execute(statement, chosen.values)
        width = len(Case._fields)
        return [(Case._make(row[:width]), *row[width:]) for row in rows]

    def counts(self) -> list[tuple[str, str, int, int, int]]:
        """Return by agency and state how many cases there are, what was handed over and what is left there, in öre."""
        return [tuple(row) for row in self._connection.execute(_COUNTS, {"t": self._tenant})]

    def _in_parts(self, statement: Any, values: Sequence[Any], **given: Any) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(values), _AT_ONCE):
            asked: Mapping[str, Any] = {"t": self._tenant, "some": list(values[start : start + _AT_ONCE]), **given}
            found += self._connection.execute(statement, asked).all()
        return found
