"""Payment requests of one tenant, and the receivables that a plan looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, TextClause, bindparam

from hub.model.direct_debit_settings import PayerNumberOf
from hub.model.documents import DocumentKind
from hub.model.mandates import ENDED, LIVE, Drawable, DrawnRequest
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.mandates.mandates import AT_ONCE
from hub.store.statements import listed, text
from hub.store.temporary import lay_out

_REQUEST = ", ".join(DrawnRequest._fields)
_CHANGED = ("on_date", "state", "reason", "is_repeatable", "moves_to", "exchange_no", "changed_at")
_CHANGE = text(
    f"UPDATE payment_request SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} "
    "WHERE tenant = :t AND request_no = :request_no"
)
_IS_LIVE = f"state IN ({listed(LIVE)})"
_LINK = {PayerNumberOf.DEBTOR_NUMBER: "r.debtor_number", PayerNumberOf.IDENTITY: "r.debtor_key"}
_PAYABLE = (DocumentKind.INVOICE, DocumentKind.REPLACEMENT_INVOICE, DocumentKind.INVOICE_COPY)
_IDS = {"receivable_id": "BIGINT PRIMARY KEY"}
_OF_MANDATE = "m.tenant = :t AND m.company = r.company AND m.link = {link} AND m.link <> '' AND m.link_kind = :kind"
_STANDS = (
    f"m.state NOT IN ({listed(ENDED)}) AND m.account_no = :account_no AND m.source_system IN ('', r.source_system)"
)

# Both halves go along their own keys and end at the limit, so a page costs the same wherever it begins.
_PAGE = """
    SELECT receivable_id FROM (
        SELECT receivable_id FROM (
            SELECT o.receivable_id FROM open_item o CROSS JOIN receivable r
            WHERE o.tenant = :t AND o.receivable_id > :after AND r.tenant = :t AND r.receivable_id = o.receivable_id
              AND r.company = :company AND EXISTS (SELECT 1 FROM mandate m WHERE {of_mandate} AND {stands})
            ORDER BY o.receivable_id LIMIT :limit) AS due
        UNION
        SELECT receivable_id FROM (
            SELECT q.receivable_id FROM payment_request q
            WHERE q.tenant = :t AND q.receivable_id > :after AND q.company = :company AND q.{live}
            ORDER BY q.receivable_id LIMIT :limit) AS under_way
    ) AS looked_at ORDER BY receivable_id LIMIT :limit
"""
_DRAWABLE = """
    SELECT r.receivable_id, r.chain_id, r.number, r.source_system, r.kind, r.routine, r.currency, r.due_date,
           coalesce(o.principal_ore + o.fee_ore + o.interest_ore, 0),
           CASE WHEN m.state = 'active' THEN m.mandate_no ELSE 0 END,
           coalesce(m.payer_number, ''), :account_no,
           CASE WHEN EXISTS (SELECT 1 FROM dunning_step s WHERE s.tenant = :t AND s.receivable_id = r.receivable_id
                             AND s.undone_at IS NULL) THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM document d WHERE d.tenant = :t AND d.company = r.company
                             AND d.number = r.number AND d.version = r.version AND d.kind IN ({payable})
                             AND (d.document_key LIKE '%:' || r.source_system || ':' || d.kind || ':%'
                                  OR d.document_key LIKE '%::' || d.kind || ':%')
                             AND d.state <> 'withdrawn') THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM receivable v JOIN payment_request q
                             ON q.tenant = v.tenant AND q.receivable_id = v.receivable_id AND q.{live}
                             WHERE v.tenant = :t AND v.company = r.company AND v.number = r.number
                             AND v.source_system = r.source_system AND v.receivable_id <> r.receivable_id)
                THEN 1 ELSE 0 END,
           CASE WHEN EXISTS (SELECT 1 FROM payment_request q
                             JOIN entry e ON e.tenant = q.tenant AND e.receivable_id = q.receivable_id
                                         AND e.booked_date >= q.on_date
                             JOIN payment p ON p.tenant = e.tenant AND p.payment_id = e.payment_id
                                           AND p.channel IN ('autogiro', '')
                             WHERE q.tenant = :t AND q.receivable_id = r.receivable_id
                             AND q.state IN ('retried', 'cancelling'))
                THEN 1 ELSE 0 END,
           CASE WHEN m.state = 'active' THEN '' ELSE coalesce(m.state, '') END
    FROM looked_at a
    CROSS JOIN receivable r
    LEFT JOIN open_item o ON o.tenant = :t AND o.receivable_id = r.receivable_id
    LEFT JOIN mandate m ON {of_mandate} AND {stands}
    WHERE r.tenant = :t AND r.receivable_id = a.receivable_id
    ORDER BY r.receivable_id, CASE WHEN m.state = 'active' THEN 0 ELSE 1 END, m.mandate_no
"""
_WITHOUT_MANDATE = """
    SELECT count(*) FROM open_item o
    CROSS JOIN receivable r
    WHERE o.tenant = :t AND o.principal_ore + o.fee_ore + o.interest_ore > 0
      AND r.tenant = :t AND r.receivable_id = o.receivable_id AND r.company = :company AND r.kind = 'invoice'
      AND r.currency = :currency AND (:is_any_routine = 1 OR r.routine IN :routines)
      AND NOT EXISTS (SELECT 1 FROM mandate m WHERE {of_mandate} AND {stands})
      AND NOT EXISTS (SELECT 1 FROM payment_request q
                      WHERE q.tenant = :t AND q.receivable_id = o.receivable_id AND q.{live})
"""
_LATEST_OF = text(f"""
    SELECT {", ".join(f"q.{name}" for name in DrawnRequest._fields)} FROM looked_at a
    CROSS JOIN payment_request q
    WHERE q.tenant = :t AND q.receivable_id = a.receivable_id
    ORDER BY q.receivable_id, CASE WHEN q.{_IS_LIVE} THEN 1 ELSE 0 END, q.request_no
""")
_HOLDS = text("""
    SELECT h.receivable_id, h.code FROM looked_at a CROSS JOIN hold h
    WHERE h.tenant = :t AND h.receivable_id = a.receivable_id AND h.ended_at IS NULL
      AND (h.until_date IS NULL OR h.until_date >= :today)
    ORDER BY h.receivable_id, h.hold_no
""")
_LIST = f"""
    SELECT {_REQUEST} FROM payment_request
    WHERE tenant = :t AND request_no < :before AND (:company = '' OR company = :company)
      AND (:state = '' OR state = :state) AND (:mandate_no = 0 OR mandate_no = :mandate_no)
      AND (:receivable_id = 0 OR receivable_id = :receivable_id)
    ORDER BY request_no DESC LIMIT :limit
"""


class SqlPaymentRequests:
    """Payment requests within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def page(
        self, company: str, account_no: int, link_kind: str, *, after: int, limit: int, today: str
    ) -> list[Drawable]:
        """Return the next receivables of a company that have a mandate in being or a live request, by their ids."""
        asked = {"company": company, "account_no": account_no, "kind": link_kind, "after": after, "limit": limit}
        page = self._execute(_put_together(_PAGE, link_kind), asked)
        return self.of([row.receivable_id for row in page], account_no, link_kind, today)

    def without_mandate(
        self, company: str, account_no: int, link_kind: str, *, currency: str, routines: Sequence[str]
    ) -> int:
        """Return how many open invoices have neither; of some routines, or of all when none is given."""
        statement = _put_together(_WITHOUT_MANDATE, link_kind).bindparams(bindparam("routines", expanding=True))
        asked = {"company": company, "account_no": account_no, "kind": link_kind, "currency": currency}
        given = {**asked, "routines": list(routines) or [""], "is_any_routine": int(not routines)}
        return int(self._execute(statement, given)[0][0])

    def of(self, receivable_ids: Sequence[int], account_no: int, link_kind: str, today: str) -> list[Drawable]:
        """Return some receivables with what decides about them; of several mandates the first."""
        if not receivable_ids:
            return []
        lay_out(self._connection, "looked_at", _IDS, [(one,) for one in receivable_ids])
        rows = self._execute(_put_together(_DRAWABLE, link_kind), {"account_no": account_no, "kind": link_kind})
        requests = {one.receivable_id: one for one in map(DrawnRequest._make, self._execute(_LATEST_OF, {}))}
        holds: dict[int, tuple[str, ...]] = {}
        for row in self._execute(_HOLDS, {"today": today}):
            holds[row.receivable_id] = (*holds.get(row.receivable_id, ()), row.code)
        found: dict[int, Drawable] = {}
        for row in rows:
            number = row[0]
            one = Drawable._make((*row, requests.get(number), holds.get(number, ())))
            found.setdefault(number, one)
        return list(found.values())

    def add(self, requests: Sequence[DrawnRequest]) -> list[DrawnRequest]:
        """Write new requests; return them with their numbers."""
        if not requests:
            return []
        first = take_numbers(self._connection, self._tenant, "payment_request", len(requests))
        made = [
            one._replace(request_no=number, made_at=self._now, changed_at=self._now)
            for number, one in enumerate(requests, first)
        ]
        rows = [(self._tenant, *one) for one in made]
        insert_rows(self._connection, tables.payment_request, ("tenant", *DrawnRequest._fields), rows)
        return made

    def change(self, requests: Sequence[DrawnRequest]) -> None:
        """Write where requests stand now."""
        if requests:
            rows = [{**one._asdict(), "t": self._tenant, "changed_at": self._now} for one in requests]
            self._connection.execute(_CHANGE, rows)

    def get(self, request_no: int) -> DrawnRequest | None:
        """Return a request, or None."""
        return next(iter(self._some("request_no IN :values", [request_no])), None)

    def get_all(self, request_nos: Collection[int]) -> dict[int, DrawnRequest]:
        """Return requests by number."""
        return {one.request_no: one for one in self._some("request_no IN :values", sorted(request_nos))}

    def of_payers(self, account_no: int, payer_numbers: Collection[str]) -> dict[str, list[DrawnRequest]]:
        """Return the requests of a payee account by payer number, oldest first."""
        which = "account_no = :account_no AND payer_number IN :values"
        found: dict[str, list[DrawnRequest]] = {}
        for one in self._some(which, sorted(payer_numbers), account_no=account_no):
            found.setdefault(one.payer_number, []).append(one)
        return found

    def live_of_mandates(self, mandate_nos: Iterable[int]) -> list[DrawnRequest]:
        """Return the live requests of mandates."""
        return self._some(f"mandate_no IN :values AND {_IS_LIVE}", sorted(set(mandate_nos)))

    def latest(
        self,
        *,
        company: str = "",
        state: str = "",
        mandate_no: int = 0,
        receivable_id: int = 0,
        before: int | None = None,
        limit: int = 100,
    ) -> list[DrawnRequest]:
        """Return requests, the newest first."""
        asked = {"company": company, "state": state, "mandate_no": mandate_no, "receivable_id": receivable_id}
        rows = self._execute(text(_LIST), {**asked, "before": before if before is not None else 2**62, "limit": limit})
        return [DrawnRequest._make(row) for row in rows]

    def counts(self) -> list[tuple[str, str, int, int]]:
        """Return by company and state how many requests there are, and their sum in öre."""
        statement = text(
            "SELECT company, state, count(*), CAST(sum(amount_ore) AS BIGINT) FROM payment_request "
            "WHERE tenant = :t GROUP BY company, state ORDER BY company, state"
        )
        return [tuple(row) for row in self._execute(statement, {})]

    def _some(self, which: str, values: Sequence[Any], **given: Any) -> list[DrawnRequest]:
        statement = text(f"SELECT {_REQUEST} FROM payment_request WHERE tenant = :t AND {which} ORDER BY request_no")
        statement = statement.bindparams(bindparam("values", expanding=True))
        found: list[DrawnRequest] = []
        for start in range(0, len(values), AT_ONCE):
            rows = self._execute(statement, {"values": list(values[start : start + AT_ONCE]), **given})
            found += [DrawnRequest._make(row) for row in rows]
        return found

    def _execute(self, statement: TextClause, given: dict[str, Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(statement, {"t": self._tenant, **given}).all()


def _put_together(statement: str, link_kind: str) -> TextClause:
    of_mandate = _OF_MANDATE.format(link=_LINK[PayerNumberOf(link_kind)])
    return text(statement.format(of_mandate=of_mandate, stands=_STANDS, live=_IS_LIVE, payable=listed(_PAYABLE)))
