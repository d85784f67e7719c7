"""Mandates of one tenant: each once by payee account and payer number, and the debtors that payer numbers mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.model.direct_debit_settings import PayerNumberOf
from hub.model.mandates import Mandate, StepOf
from hub.rules.mandates.wishes import DebtorFound
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

AT_ONCE = 500

_MANDATE = ", ".join(Mandate._fields)
_CHANGED = [name for name in Mandate._fields if name not in ("mandate_no", "company", "account_no", "made_at")]
_CHANGE = text(
    f"UPDATE mandate SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} "
    "WHERE tenant = :t AND mandate_no = :mandate_no"
)
_LATEST = f"""
    SELECT {_MANDATE} FROM mandate
    WHERE tenant = :t AND mandate_no < :before AND (:company = '' OR company = :company)
      AND (:state = '' OR state = :state)
      AND (:search = '' OR payer_number = :search OR link = :search)
    ORDER BY mandate_no DESC LIMIT :limit
"""
_DEBTOR_COLUMN = {PayerNumberOf.DEBTOR_NUMBER: "debtor_number", PayerNumberOf.IDENTITY: "debtor_key"}
_RENEWED = text("""
    SELECT o.request_no FROM scheme_order o
    JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no
    WHERE o.tenant = :t AND o.kind = 'request' AND o.request_no IN :numbers
      AND EXISTS (SELECT 1 FROM direct_debit_step s
                  WHERE s.tenant = o.tenant AND s.subject = 'mandate' AND s.subject_no = o.mandate_no
                    AND s.at > x.created_at AND s.state <> 'active')
""").bindparams(bindparam("numbers", expanding=True))
_COUNTS = text("""
    SELECT company, state, count(*) FROM mandate WHERE tenant = :t GROUP BY company, state ORDER BY company, state
""")


class SqlMandates:
    """Mandates within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def get(self, mandate_no: int) -> Mandate | None:
        """Return a mandate, or None."""
        return next(iter(self._some("mandate_no IN :values", [mandate_no])), None)

    def get_all(self, mandate_nos: Collection[int]) -> dict[int, Mandate]:
        """Return mandates by number."""
        return {one.mandate_no: one for one in self._some("mandate_no IN :values", sorted(mandate_nos))}

    def of_payers(self, account_no: int, payer_numbers: Collection[str]) -> dict[str, Mandate]:
        """Return the mandates of a payee account by payer number; those that change are found by the new one too."""
        wanted = sorted(payer_numbers)
        found = self._some("account_no = :account_no AND payer_number IN :values", wanted, account_no=account_no)
        which = "account_no = :account_no AND state = 'changing' AND new_payer_number IN :values"
        changing = self._some(which, wanted, account_no=account_no)
        return {one.new_payer_number: one for one in changing} | {one.payer_number: one for one in found}

    def renewed_since(self, request_nos: Sequence[int]) -> set[int]:
        """Return which requests went in a file before their mandate, which collects now, was something else."""
        found: set[int] = set()
        for start in range(0, len(request_nos), AT_ONCE):
            asked = {"t": self._tenant, "numbers": list(request_nos[start : start + AT_ONCE])}
            found.update(self._connection.execute(_RENEWED, asked).scalars())
        return found

    def collecting(self, company: str, links: Collection[tuple[str, str]]) -> list[Mandate]:
        """Return the active mandates of debtors, each given as (kind of link, link)."""
        which = "company = :company AND state = 'active' AND link_kind = :kind AND link IN :values"
        return [
            one
            for kind in PayerNumberOf
            for one in self._some(which, sorted({link for k, link in links if k == kind}), company=company, kind=kind)
        ]

    def _some(self, which: str, values: Sequence[Any], **given: Any) -> list[Mandate]:
        statement = text(f"SELECT {_MANDATE} FROM mandate WHERE tenant = :t AND {which} ORDER BY mandate_no")
        statement = statement.bindparams(bindparam("values", expanding=True))
        found: list[Mandate] = []
        for start in range(0, len(values), AT_ONCE):
            asked = {"t": self._tenant, "values": list(values[start : start + AT_ONCE]), **given}
            found += [Mandate._make(row) for row in self._connection.execute(statement, asked)]
        return found

    def latest(
        self, *, company: str = "", state: str = "", search: str = "", before: int | None = None, limit: int = 100
    ) -> list[Mandate]:
        """Return mandates, the newest first; `search` is a payer number or a debtor's number."""
        asked = {"t": self._tenant, "company": company, "state": state, "search": search, "limit": limit}
        rows = self._connection.execute(text(_LATEST), {**asked, "before": before if before is not None else 2**62})
        return [Mandate._make(row) for row in rows]

    def counts(self) -> list[tuple[str, str, int]]:
        """Return how many mandates there are by company and state."""
        return [tuple(row) for row in self._connection.execute(_COUNTS, {"t": self._tenant})]

    def add(self, mandates: Sequence[Mandate]) -> list[Mandate]:
        """Write new mandates; return them with their numbers. Their payer numbers must be free."""
        if not mandates:
            return []
        first = take_numbers(self._connection, self._tenant, "mandate", len(mandates))
        made = [
            one._replace(mandate_no=number, made_at=self._now, changed_at=self._now)
            for number, one in enumerate(mandates, first)
        ]
        insert_rows(
            self._connection,
            tables.mandate,
            ("tenant", *Mandate._fields),
            [(self._tenant, *one) for one in made],
        )
        return made

    def change(self, mandates: Sequence[Mandate]) -> None:
        """Write mandates as they are now."""
        if mandates:
            rows = [{**one._asdict(), "t": self._tenant, "changed_at": self._now} for one in mandates]
            self._connection.execute(_CHANGE, rows)

    def debtors(self, company: str, kind: str, links: Collection[str]) -> dict[str, list[DebtorFound]]:
        """Return by link the debtors of a company that have it: one for each source system, none of unknown ones."""
        column = _DEBTOR_COLUMN[PayerNumberOf(kind)]
        system = "source_system" if kind == PayerNumberOf.DEBTOR_NUMBER else "''"
        statement = text(
            f"SELECT DISTINCT {column} AS link, {system} AS source_system FROM receivable "
            f"WHERE tenant = :t AND company = :company AND {column} IN :links ORDER BY 1, 2"
        ).bindparams(bindparam("links", expanding=True))
        found: dict[str, list[DebtorFound]] = {}
        wanted = sorted(links)
        for start in range(0, len(wanted), AT_ONCE):
            asked = {"t": self._tenant, "company": company, "links": wanted[start : start + AT_ONCE]}
            for row in self._connection.execute(statement, asked):
                found.setdefault(row.link, []).append(DebtorFound(row.link, row.source_system))
        return found

    def note_steps(
        self, subject: str, steps: Iterable[tuple[int, str, str]], *, exchange_no: int | None = None, user: str = ""
    ) -> None:
        """Write lines of history: (number of the mandate or request, state, what happened)."""
        taken = list(steps)
        if not taken:
            return
        first = take_numbers(self._connection, self._tenant, "direct_debit_step", len(taken))
        columns = ("tenant", "subject", "subject_no", "step_no", "at", "state", "what", "exchange_no", "user_name")
        rows = [
            (self._tenant, subject, number, step_no, self._now, state, what, exchange_no, user)
            for step_no, (number, state, what) in enumerate(taken, first)
        ]
        insert_rows(self._connection, tables.direct_debit_step, columns, rows)

    def history(self, subject: str, number: int) -> list[StepOf]:
        """Return the history of a mandate or a request, oldest first."""
        rows = self._connection.execute(
            text(
                "SELECT at, state, what, exchange_no, user_name FROM direct_debit_step "
                "WHERE tenant = :t AND subject = :subject AND subject_no = :number ORDER BY step_no"
            ),
            {"t": self._tenant, "subject": subject, "number": number},
        )
        return [StepOf._make(row) for row in rows]
