"""Claims (*fordran*) built from receivables: one query of each kind for a chunk, then pure assembling.

A claim for an agency has one receivable: what is settled, withdrawn and disputed there is about one invoice. A claim
for the enforcement authority joins several of one debtor: `merged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from hub.errors import DataError
from hub.identifiers.identity_key import identity_key, may_be_same
from hub.model.claim_facts import DebtAmounts, SentDocument
from hub.model.claims import Claim, ClaimAction
from hub.model.company import Company
from hub.model.deliveries import KnownRecipient
from hub.model.dunning_plans import OpenDebt, StepTaken
from hub.model.limitation import Interruption
from hub.model.receivables import Hold, Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import number_key
from hub.rules.dunning.claim_lives import claim_life
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books.claim_parts import (
    DebtFacts,
    creditor_of,
    debtors_of,
    documents_of,
    fees_of,
    history_of,
    holds_of,
    line_of,
    payments_of,
)
from hub.services.books.finding import find_company
from hub.services.books.interest import accrued
from hub.services.ports import UnitOfWork

_Of = TypeVar("_Of")
_PARTS = ("fees", "history", "payments", "documents", "holds")


def build_claims(
    work: UnitOfWork,
    tenant: Tenant,
    receivable_ids: Sequence[int],
    action: ClaimAction,
    on: date,
    rates: ReferenceRates,
    *,
    claim_ids: Mapping[int, str] | None = None,
    **audit: str,
) -> dict[int, Claim]:
    """Return a claim for each receivable, by receivable, as the books have it, with interest up to and with a day.

    `claim_ids` are theirs, by receivable; else a claim is named for its receivable alone. `audit` is
    `created_by_run` and `approved_by`.

    Raises:
        RuleViolation: a reference rate that is needed is not known.
        DataError: a receivable's company is not in the settings.
    """
    facts = _facts(work, tenant, receivable_ids, on, rates)
    named = claim_ids or {}
    return {
        number: _claim(one, find_company(tenant, one.receivable.company), on).model_copy(
            update={"claim_id": named.get(number, f"r{number}"), "action": action, **audit}
        )
        for number, one in facts.items()
    }


def merged(claims: Sequence[Claim], claim_id: str) -> Claim:
    """Return one claim of several with one main debtor and currency; lines keep their order, the creditor is the first.

    Raises DataError when they cannot be one claim.
    """
    first = claims[0]
    debtors = {(identity_key(one.debtor.identity) or one.debtor.number) for one in claims}
    if len(debtors) > 1 or not all(debtors) or len({one.currency for one in claims}) > 1:
        raise DataError("a claim has one debtor and one currency: choose receivables of one debtor")
    numbered = [_numbered(one, line_no) for line_no, one in enumerate(claims, 1)]
    parts = {name: tuple(part for one in numbered for part in getattr(one, name)) for name in ("lines", *_PARTS)}
    others = {two.name: two for one in claims for two in one.debtors[1:]}
    flags = tuple(sorted({flag for one in claims for flag in one.debtor.flags}))
    main = first.debtor.model_copy(update={"flags": flags})
    return first.model_copy(update={"claim_id": claim_id, "debtors": (main, *others.values()), **parts})


def _numbered(claim: Claim, line_no: int) -> Claim:
    update: dict[str, Any] = {
        name: tuple(part.model_copy(update={"line_no": line_no}) for part in getattr(claim, name))
        for name in ("lines", *_PARTS)
    }
    return claim.model_copy(update=update)


def _claim(facts: DebtFacts, company: Company, on: date) -> Claim:
    row = facts.receivable
    return Claim(
        claim_id=f"r{row.receivable_id}",
        action=ClaimAction.COLLECT,
        currency=row.currency,
        made_on=on.isoformat(),
        creditor=creditor_of(company, row.routine),
        debtors=debtors_of(facts, company, on),
        lines=(line_of(facts, company, on),),
        fees=tuple(fees_of(facts)),
        history=tuple(history_of(facts)),
        payments=tuple(payments_of(facts.entries)),
        documents=tuple(documents_of(facts)),
        holds=tuple(holds_of(facts, company)),
    )


def _facts(
    work: UnitOfWork, tenant: Tenant, receivable_ids: Sequence[int], on: date, rates: ReferenceRates
) -> dict[int, DebtFacts]:
    interest = accrued(work, tenant, receivable_ids, on, rates)
    page = work.dunning.of(receivable_ids, on.isoformat())
    debts = {debt.receivable_id: debt for debt in page.debts}
    amounts = work.claim_facts.amounts(receivable_ids)
    holds = _gathered(work.receivables.active_holds(receivable_ids, on.isoformat()))
    references = {row.receivable_id: row.reference for row in reversed(work.receivables.references_of(receivable_ids))}
    rows = [one.receivable for one in interest.values()]
    documents = _documents(work, rows, page.steps)
    recipients = _recipients(work, rows)
    return {
        row.receivable_id: DebtFacts(
            row,
            amounts.get(row.receivable_id, DebtAmounts()),
            interest[row.receivable_id].entries,
            interest[row.receivable_id],
            page.steps.get(row.receivable_id, ()),
            holds.get(row.receivable_id, ()),
            documents[row.receivable_id],
            recipients,
            references.get(row.receivable_id, ""),
            _last_day(tenant, debts[row.receivable_id], page.steps, page.interruptions),
        )
        for row in rows
    }


def _last_day(
    tenant: Tenant,
    debt: OpenDebt,
    steps: Mapping[int, Sequence[StepTaken]],
    told: Mapping[int, Sequence[Interruption]],
) -> date | None:
    number = debt.receivable_id
    return claim_life(debt, find_company(tenant, debt.company), steps.get(number, ()), told.get(number, ())).last_day


def _gathered(holds: Iterable[Hold]) -> dict[int, list[Hold]]:
    return {number: list(own) for number, own in groupby(holds, key=lambda hold: hold.receivable_id)}


def _documents(
    work: UnitOfWork, rows: Sequence[Receivable], steps: Mapping[int, Sequence[StepTaken]]
) -> dict[int, list[SentDocument]]:
    """Return of each receivable its invoice and the letters of its steps, where the hub has sent them."""
    keys = {_document_key(row): row.receivable_id for row in rows}
    letters = {step.document_no for own in steps.values() for step in own if step.document_no is not None}
    found = work.claim_facts.documents(list(keys), letters)
    by_no = {one.document_no: one for one in found}
    documents: dict[int, list[SentDocument]] = {row.receivable_id: [] for row in rows}
    for one in found:
        if one.document_key in keys:
            documents[keys[one.document_key]].append(one)
    for number, own in steps.items():
        documents[number] += [by_no[step.document_no] for step in own if step.document_no in by_no]
    return documents


def _document_key(row: Receivable) -> str:
    """Return the key of the document that a receivable is the debt of: see `Document.key`."""
    kind = "interest_invoice" if row.kind == ReceivableKind.INTEREST_INVOICE else "invoice"
    return f"{row.company.lstrip('0')}:{row.source_system}:{kind}:{row.number}:{row.version}:0"


def _recipients(work: UnitOfWork, rows: Sequence[Receivable]) -> dict[str, KnownRecipient]:
    """Return what the register says of debtors: by their identity as it is kept, and by the key of their number."""
    identities = {one for row in rows for one in (row.debtor_identity, row.second_debtor_identity) if one}
    numbers = {number_key(row.company, row.debtor_number) for row in rows if row.debtor_number}
    keys = {one: identity_key(one) for one in identities} | {one: one for one in numbers}
    known = work.recipients.known(sorted(set(keys.values())))
    return {
        one: found
        for one, key in keys.items()
        if (found := known.get(key)) is not None
        and (one not in identities or not found.identity or may_be_same(found.identity, one))
    }
