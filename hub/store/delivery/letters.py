"""The balances that letters were made for, compared with what is open now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, bindparam

from hub.model.deliveries import DocumentRow, LetterBalance, Outdated
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_AT_ONCE = 500
_WITH_BALANCES = text("""
    SELECT DISTINCT s.exchange_no FROM document_step s
    JOIN document_balance b ON b.tenant = s.tenant AND b.document_no = s.document_no
    WHERE s.tenant = :t AND s.exchange_no IN :some
""").bindparams(bindparam("some", expanding=True))
_IS_HELD = """EXISTS (
    SELECT 1 FROM hold h WHERE h.tenant = b.tenant AND h.receivable_id = b.receivable_id AND h.ended_at IS NULL
    AND coalesce(h.until_date, :today) >= :today
    AND replace(b.despite_holds, '|' || h.code || '|', '') = b.despite_holds
)"""  # of a letter that no hold stops the comparison is NULL
_OUTDATED = f"""
    SELECT d.document_no, d.exchange_no,
           CASE WHEN sum(CASE WHEN o.receivable_id IS NULL THEN 0 ELSE 1 END) = 0 THEN 1 ELSE 0 END, max(b.is_void),
           max(CASE WHEN b.leaves_by < :today THEN 1 ELSE 0 END), max(CASE WHEN {_IS_HELD} THEN 1 ELSE 0 END)
    FROM document d
    JOIN document_balance b ON b.tenant = d.tenant AND b.document_no = d.document_no
    LEFT JOIN open_item o ON o.tenant = b.tenant AND o.receivable_id = b.receivable_id
    WHERE d.tenant = :t AND {{which}}
    GROUP BY d.document_no, d.exchange_no
    HAVING sum(CASE WHEN b.open_ore = coalesce(o.principal_ore + o.fee_ore + o.interest_ore, 0) AND b.is_void = 0
                     AND coalesce(b.leaves_by, :today) >= :today AND NOT {_IS_HELD} THEN 0 ELSE 1 END) > 0
    ORDER BY d.document_no
"""
_OUTDATED_DOCUMENTS = text(_OUTDATED.format(which="d.document_no IN :some")).bindparams(
    bindparam("some", expanding=True)
)
_OUTDATED_MESSAGES = text(
    # By the steps, whose index names the exchange.
    _OUTDATED.format(
        which="d.document_no IN (SELECT s.document_no FROM document_step s WHERE s.tenant = :t "
        "AND s.exchange_no IN :some) AND d.exchange_no IN :some"
    )
).bindparams(bindparam("some", expanding=True))


_ABOUT = text(f"""
    SELECT {", ".join(f"d.{name}" for name in DocumentRow._fields)} FROM receivable r
    JOIN document_balance b ON b.tenant = r.tenant AND b.receivable_id = r.receivable_id
    JOIN document d ON d.tenant = b.tenant AND d.document_no = b.document_no
    WHERE r.tenant = :t AND r.company IN :companies AND r.number IN :some
""").bindparams(bindparam("companies", expanding=True), bindparam("some", expanding=True))
_ASKED = text(
    f"SELECT {', '.join(DocumentRow._fields)} FROM document WHERE tenant = :t AND command_key IN :some"
).bindparams(bindparam("some", expanding=True))
_VOID = text("UPDATE document_balance SET is_void = 1 WHERE tenant = :t AND document_no IN :some").bindparams(
    bindparam("some", expanding=True)
)
_KNOWN = text(
    "SELECT DISTINCT reference FROM reference WHERE tenant = :t AND account_no = :account_no AND reference IN :some"
).bindparams(bindparam("some", expanding=True))
_RENEW = text("""
    INSERT INTO reference (tenant, account_no, reference, target_kind, target_id, valid_from, is_contested)
    SELECT tenant, account_no, :new, target_kind, target_id, :today, is_contested FROM reference
    WHERE tenant = :t AND account_no = :account_no AND reference = :old AND closed_on IS NULL
""")


class SqlLetters:
    """Letters of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, today: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._today = today

    def keep_balances(self, balances: Sequence[LetterBalance]) -> None:
        """Write what was open on receivables when letters about them were made."""
        insert_rows(
            self._connection,
            tables.document_balance,
            ("tenant", *LetterBalance._fields),
            [(self._tenant, *balance) for balance in balances],
        )

    def keep_mentions(self, mentions: Sequence[tuple[int, int]]) -> None:
        """Write which receivables documents name without their balances: (document number, receivable id)."""
        rows = [(self._tenant, *one) for one in mentions]
        insert_rows(self._connection, tables.document_mention, ("tenant", "document_no", "receivable_id"), rows)

    def void(self, document_nos: Collection[int]) -> None:
        """Let letters hold no more, whatever is owed."""
        for some in _in_parts(document_nos):
            self._connection.execute(_VOID, {"t": self._tenant, "some": some})

    def messages_with_balances(self, exchanges: Collection[int]) -> set[int]:
        """Return those of these messages that carry letters which may become outdated."""
        found: set[int] = set()
        for some in _in_parts(exchanges):
            found.update(self._connection.execute(_WITH_BALANCES, {"t": self._tenant, "some": some}).scalars())
        return found

    def outdated(self, document_nos: Collection[int]) -> list[Outdated]:
        """Return those of these letters that are held, late, or made for something else than is open now."""
        return self._outdated(_OUTDATED_DOCUMENTS, document_nos)

    def outdated_in(self, exchanges: Collection[int]) -> list[Outdated]:
        """Return the same of the letters that these messages are to carry."""
        return self._outdated(_OUTDATED_MESSAGES, exchanges)

    def asked_by(self, command_keys: Collection[str]) -> list[DocumentRow]:
        """Return the letters that commands asked for, in their order of acceptance."""
        wanted = sorted(set(command_keys) - {""})
        found: list[DocumentRow] = []
        for start in range(0, len(wanted), _AT_ONCE):
            rows = self._connection.execute(_ASKED, {"t": self._tenant, "some": wanted[start : start + _AT_ONCE]})
            found.extend(DocumentRow._make(row) for row in rows)
        return sorted(found)

    def about(self, companies: Collection[str], numbers: Collection[str]) -> list[DocumentRow]:
        """Return the letters about receivables of companies by their numbers, the newest first."""
        wanted = sorted(set(numbers))
        found: dict[int, DocumentRow] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = {"t": self._tenant, "companies": list(companies), "some": wanted[start : start + _AT_ONCE]}
            found.update((row.document_no, DocumentRow._make(row)) for row in self._connection.execute(_ABOUT, some))
        return [found[number] for number in sorted(found, reverse=True)]

    def take_reference_numbers(self, count: int) -> int:
        """Take numbers for references of letters, and return the first."""
        return take_numbers(self._connection, self._tenant, "letter_reference", count)

    def known_references(self, references: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
        """Return those of these (account number, reference) that mean something, open or closed."""
        found: set[tuple[int, str]] = set()
        for account_no in sorted({account_no for account_no, _ in references}):
            wanted = sorted(reference for at, reference in references if at == account_no)
            for start in range(0, len(wanted), _AT_ONCE):
                some = {"t": self._tenant, "account_no": account_no, "some": wanted[start : start + _AT_ONCE]}
                found.update((account_no, one) for one in self._connection.execute(_KNOWN, some).scalars())
        return found

    def add_references(self, references: Sequence[tuple[int, str, int, str]]) -> None:
        """Let references mean letters: account number, reference, document number, valid from."""
        insert_rows(
            self._connection,
            tables.reference,
            ("tenant", "account_no", "reference", "target_kind", "target_id", "valid_from"),
            [(self._tenant, account, value, "letter", number, day) for account, value, number, day in references],
        )

    def add_renewed(self, account_no: int, reference: str, new: str) -> bool:
        """Let a new reference mean what another does from today on; say whether that means anything."""
        values = {"t": self._tenant, "account_no": account_no, "old": reference, "new": new, "today": self._today}
        return self._connection.execute(_RENEW, values).rowcount > 0

    def _outdated(self, statement: object, numbers: Collection[int]) -> list[Outdated]:
        found: list[Outdated] = []
        for some in _in_parts(numbers):
            asked = {"t": self._tenant, "some": some, "today": self._today}
            rows = self._connection.execute(statement, asked)  # type: ignore[call-overload]
            found.extend(Outdated._make(row) for row in rows)
        return found


def _in_parts(numbers: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
