"""What claims are built from, read for all of a chunk at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, bindparam

from hub.model.claim_facts import DebtAmounts, SentDocument
from hub.store.statements import text

_AT_ONCE = 500
_Key = TypeVar("_Key", int, str)
_AMOUNTS = text("""
    SELECT r.receivable_id, coalesce(o.principal_ore, 0), coalesce(o.fee_ore, 0), coalesce(o.interest_ore, 0),
           coalesce(c.fee_ore, 0), coalesce(c.interest_ore, 0)
    FROM receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
    LEFT JOIN printed_charge c ON c.tenant = r.tenant AND c.receivable_id = r.receivable_id
    WHERE r.tenant = :t AND r.receivable_id IN :some
""").bindparams(bindparam("some", expanding=True))
_DOCUMENTS = """
    SELECT d.document_key, d.document_no, d.kind, d.number, d.channel,
           coalesce((SELECT min(a.changed_at) FROM attempt a
                     WHERE a.tenant = d.tenant AND a.exchange_no = d.exchange_no AND a.state = 'delivered'), ''),
           d.pdf_sha256, coalesce(k.size, 0)
    FROM document d LEFT JOIN content k ON k.tenant = d.tenant AND k.sha256 = d.pdf_sha256
    WHERE d.tenant = :t AND d.{column} IN :some ORDER BY d.document_no
"""
_BY_KEY = text(_DOCUMENTS.format(column="document_key")).bindparams(bindparam("some", expanding=True))
_BY_NUMBER = text(_DOCUMENTS.format(column="document_no")).bindparams(bindparam("some", expanding=True))


class SqlClaimFacts:
    """Facts of one tenant's claims within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def amounts(self, receivable_ids: Sequence[int]) -> dict[int, DebtAmounts]:
        """Return what is open on receivables, settled ones too."""
        found = {}
        for some in _in_parts(receivable_ids):
            for row in self._connection.execute(_AMOUNTS, {"t": self._tenant, "some": some}):
                found[int(row[0])] = DebtAmounts(*row[1:])
        return found

    def documents(self, keys: Collection[str], document_nos: Collection[int]) -> list[SentDocument]:
        """Return documents by their keys or numbers, each once, in the order they were accepted."""
        found = {}
        for statement, parts in ((_BY_KEY, _in_parts(keys)), (_BY_NUMBER, _in_parts(document_nos))):
            for some in parts:
                for row in self._connection.execute(statement, {"t": self._tenant, "some": some}):
                    found[row.document_no] = SentDocument._make(row)
        return [found[number] for number in sorted(found)]


def _in_parts(values: Collection[_Key]) -> Iterator[list[_Key]]:
    chosen = sorted(set(values))
    for start in range(0, len(chosen), _AT_ONCE):
        yield chosen[start : start + _AT_ONCE]
