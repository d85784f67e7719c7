"""Statements of account go out: what is open of a debtor now, over companies, as a letter that asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, pairwise

from hub.errors import DataError
from hub.model.company import Company
from hub.model.delivery_commands import DeliverDocument
from hub.model.documents import Document
from hub.model.letter_facts import LetterFacts
from hub.model.parties import Debtor
from hub.model.reports import PERIODS, CreditAgeing, StatedReceivable
from hub.model.tenant import Tenant
from hub.rules.debtors import debtor_fields, language_of
from hub.rules.reports.ageing import aged
from hub.rules.statements_of_account import Aged, StatedRow, Statement, statement_document
from hub.services.books.finding import find_company
from hub.services.books.own_references import OwnReferences
from hub.services.ports import Deliver, Handed, UnitOfWork


def send_statements(
    work: UnitOfWork,
    tenant: Tenant,
    deliver: Deliver,
    stated: Sequence[StatedReceivable],
    sender: str,
    key: str,
    user: str,
) -> list[Handed]:
    """Hand over a statement for each debtor and currency, from a named company; with the same key, once.

    A row says to whom it is owed where that is not the sender. It states a day, and goes whatever is paid after that.

    Raises:
        DataError: there is no such company, nothing is open, or one of them cannot be right.
    """
    company = find_company(tenant, sender)
    if not stated:
        raise DataError("nothing is open of this debtor: there is nothing to state")
    facts = work.letter_facts.of([one.receivable_id for one in stated], work.today)
    references = OwnReferences(work, sorted(facts))
    groups = groupby(stated, lambda one: (one.debtor, one.currency))
    own = [(f"{key}:{at}", [facts[one.receivable_id] for one in of_one]) for at, (_, of_one) in enumerate(groups)]
    known = work.commands.earlier_results([key for key, _ in own])
    new = [
        DeliverDocument(
            key=one,
            user=user,
            document=_document(work, tenant, company, rows, references),
            mentions=tuple(row.receivable.receivable_id for row in rows),
        )
        for one, rows in own
        if one not in known
    ]
    handed = [Handed(one, result["document_no"]) for one, (_, result) in known.items()] + list(deliver(work, new))
    if wrong := [one.problem for one in handed if one.problem]:
        raise DataError("; ".join(wrong))
    return handed


def _document(
    work: UnitOfWork, tenant: Tenant, sender: Company, facts: Sequence[LetterFacts], references: OwnReferences
) -> Document:
    newest = max((one.receivable for one in facts), key=lambda row: row.receivable_id)
    today = date.fromisoformat(work.today)
    statement = Statement(
        number=f"{newest.receivable_id}-{work.events.latest()}",
        sender=sender.number,
        sender_name=sender.name,
        debtor=Debtor.model_validate(debtor_fields(newest)),
        on=today,
        rows=[_row(one, find_company(tenant, one.receivable.company), references) for one in facts],
        ageing=list(_ageing(facts, today)),
        language=language_of(newest, sender.letterhead.language),
        currency=newest.currency,
    )
    return statement_document(statement)


def _row(one: LetterFacts, creditor: Company, references: OwnReferences) -> StatedRow:
    row = one.receivable
    return StatedRow(
        row.number,
        row.refers_to,
        creditor.name,
        row.invoice_date,
        row.due_date,
        row.original_ore,
        one.principal_ore,
        one.fee_ore,
        one.interest_ore,
        references.first_of(row.receivable_id, creditor),
    )


def _ageing(facts: Sequence[LetterFacts], today: date) -> Iterator[Aged]:
    amounts = [(one.receivable.due_date, one.open_ore) for one in facts]
    not_due, *late = aged(amounts, today, PERIODS, CreditAgeing.AGED)
    yield Aged(None, None, not_due)
    bounds = [*((first + 1, last) for first, last in pairwise(PERIODS)), (PERIODS[-1] + 1, None)]
    for (first, until), amount_ore in zip(bounds, late, strict=True):
        yield Aged(first, until, amount_ore)
