"""What buyers answer to invoices: kept, told, and when they dispute one its dunning stops. Nothing is booked by it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from hub.contracts import DocumentChannel
from hub.errors import DataError, RuleViolation
from hub.identifiers import electronic_address
from hub.model.command import Target
from hub.model.commands import SetHold
from hub.model.deliveries import DocumentRow, DocumentStep, KeptAnswer
from hub.model.delivery import AnswerKind, BuyerAnswer, Receipt, ReceiptKind
from hub.model.documents import INVOICES
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import is_reached_at
from hub.services.attempts import CLAIM
from hub.services.books import carry_out
from hub.services.delivery.reports import apply_receipts, steps_of
from hub.services.delivery.sent_documents import SentDocument, sent_documents
from hub.services.ports import Store, UnitOfWork

STRAY = "stray_answer"
LONGEST_NUMBER = 35
DISPUTES = frozenset({AnswerKind.UNDER_QUERY, AnswerKind.REJECTED})
TASK = "disputed_document"
LONGEST_REASON = 200  # as of a hold


class Answered(NamedTuple):
    """An answer with the document that it is about, as it was sent."""

    answer: BuyerAnswer
    row: DocumentRow
    source_system: str
    delivery_id: str


def find_answered(
    store: Store, tenant: Tenant, channel: DocumentChannel, answers: Sequence[BuyerAnswer]
) -> tuple[list[Answered], list[BuyerAnswer]]:
    """Return answers with the documents that they are about, and those that are about none that can be read.

    By a number alone, the buyer must be the one that it went to: anybody can send an answer. Where several documents
    have the number, and neither date nor seller tells them apart, the answer is about each: dunning rather stops.
    """
    if not answers:
        return [], []
    with store.read() as work:
        steps = _steps(work, channel.name, answers)
        rows = work.documents.get_all({step.document_no for some in steps for step in some})
    sent = sent_documents(store, rows)
    found, unknown = list[Answered](), list[BuyerAnswer]()
    for answer, some in zip(answers, steps, strict=True):
        read = [(step, sent[step.document_no]) for step in some if step.document_no in sent]
        fitting = [(step, one) for step, one in read if _is_about(answer, one)]
        meant = _meant(tenant, answer, fitting)
        found += [Answered(answer, one.row, one.source_system, step.delivery_id) for step, one in meant]
        unknown += [] if meant else [answer]
    return found, unknown


def apply_answers(work: UnitOfWork, tenant: Tenant, channel: DocumentChannel, answered: Sequence[Answered]) -> int:
    """Write what buyers answered; return how many answers are new.

    Who answers has the document: that is told first, as a report of its channel.
    """
    if not answered:
        return 0
    work.commands.claim(CLAIM)
    apply_receipts(work, tenant.id, channel, told_by(answered))
    work.documents.hold_all({one.row.document_no for one in answered})
    return sum(_apply(work, tenant, channel.name, one) for one in answered)


def told_by(answered: Sequence[Answered]) -> list[Receipt]:
    """Return what answers report: who answers has the document."""
    return [Receipt(ReceiptKind.DELIVERED, name) for name in sorted({one.delivery_id for one in answered})]


def tell_strays(work: UnitOfWork, channel: str, strays: Sequence[BuyerAnswer]) -> None:
    """Tell each answer to what did not go to its sender, or cannot be read, and ask a person.

    That is one task, since anybody can send such answers.
    """
    for answer in strays:
        number = _in_a_line(answer.document_number)[:LONGEST_NUMBER]
        work.events.record("answer_strayed", channel=channel, answer=str(answer.kind), number=number)
    if strays:
        work.commands.open_task(
            STRAY,
            channel,
            f"by {channel} an invoice is answered that did not go to the sender of the answer or cannot be read; the "
            f"latest is {_in_a_line(strays[-1].document_number)[:LONGEST_NUMBER] or 'without a number'}; all are in "
            "the feed as answer_strayed; when you have looked at them: hub documents seen with the number of this task",
        )


def _steps(work: UnitOfWork, channel: str, answers: Sequence[BuyerAnswer]) -> list[list[DocumentStep]]:
    """Return the ways of documents that each answer may be about."""
    by_number = work.documents.sent_by(channel, {one.document_number for one in answers if not _is_named(one)})
    named = steps_of(work, channel, answers)
    return [
        some if _is_named(one) else by_number.get(one.document_number, [])
        for one, some in zip(answers, named, strict=True)
    ]


def _is_named(answer: BuyerAnswer) -> bool:
    """Say whether an answer names our id or the message; both were told to nobody but the buyer's side."""
    return bool(answer.delivery_id or answer.external_id)


def _is_about(answer: BuyerAnswer, sent: SentDocument) -> bool:
    if not _is_named(answer):
        return is_reached_at(sent.recipient, answer.buyer)
    return answer.document_number in ("", sent.row.number)


Sent = tuple[DocumentStep, SentDocument]


def _meant(tenant: Tenant, answer: BuyerAnswer, fitting: Sequence[Sent]) -> list[Sent]:
    """Return the latest versions of those that an answer means by date and seller, as far as these tell."""
    dated = [one for one in fitting if one[1].issue_date == answer.document_date]
    ours = [one for one in dated or fitting if _is_seller(tenant, one[1], answer.seller)]
    latest: dict[tuple[str, str, str], Sent] = {}
    for one in sorted(ours or dated or fitting, key=lambda one: one[1].row.version):
        latest[one[1].row.company, one[1].row.kind, one[1].source_system] = one
    return list(latest.values())


def _is_seller(tenant: Tenant, sent: SentDocument, address: str) -> bool:
    company = tenant.company(sent.row.company)
    own = f"{electronic_address.ORGANISATION}:{company.organisation_number}" if company is not None else ""
    return electronic_address.are_same(own, address)


def _apply(work: UnitOfWork, tenant: Tenant, channel: str, one: Answered) -> bool:
    """Keep, tell and act on one answer; False when it was known."""
    answer = one.answer
    kept = KeptAnswer(
        document_no=one.row.document_no,
        answer_no=0,  # given by the store
        answer_key=_key(channel, answer),
        channel=channel,
        kind=answer.kind,
        reason=_in_a_line(answer.reason),
        answered_at=answer.at,
        came_at="",
    )
    if not work.documents.keep_answer(kept):
        return False
    told = {"reason": kept.reason, "answered_at": answer.at}
    work.events.record(
        "invoice_answered",
        document_no=one.row.document_no,
        company=one.row.company,
        number=one.row.number,
        version=one.row.version,
        channel=channel,
        answer=str(answer.kind),
        **{name: value for name, value in told.items() if value},
    )
    if answer.kind in DISPUTES:
        _dispute(work, tenant, kept, one)
    return True


def _in_a_line(reason: str) -> str:
    """Return a text as a hold takes it: one line without control characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in reason)
    return " ".join(plain.split())[:LONGEST_REASON]


def _key(channel: str, answer: BuyerAnswer) -> str:
    """Return what an answer is known by: what it says and when, and its own name, or without one its reason.

    The name alone is not enough: a buyer may give the one that its receipt had to its rejection too.
    """
    name = [answer.buyer, answer.answer_id] if answer.answer_id else [answer.reason]
    said = json.dumps([channel, answer.kind, answer.at, *name])
    return hashlib.sha256(said.encode()).hexdigest()


def _dispute(work: UnitOfWork, tenant: Tenant, kept: KeptAnswer, one: Answered) -> None:
    """Stop the dunning of what is disputed, and ask a person to answer the buyer."""
    row, code = one.row, tenant.delivery.dispute_hold
    is_stopped = row.kind in INVOICES and _hold(work, tenant, kept, one)
    stopped = (
        f"its dunning is stopped by the hold {code}; when the buyer has been answered: "
        f"hub receivables end-hold {row.number} --code {code}"
        if is_stopped
        else "no receivable of it is known here, so stop its dunning where it is; one that is imported later is not "
        f"stopped by itself: hub receivables hold {row.number} --code {code}"
    )
    said = "rejects" if kept.kind == AnswerKind.REJECTED else "asks about"
    work.commands.open_task(
        TASK,
        f"{row.document_no}:{kept.channel}",
        f"the buyer {said} {row.kind.replace('_', ' ')} {row.number} (document {row.document_no}) by {kept.channel}"
        f"{f': {kept.reason}' if kept.reason else ''}; {stopped}; "
        "then: hub documents seen with the number of this task",
    )


def _hold(work: UnitOfWork, tenant: Tenant, kept: KeptAnswer, one: Answered) -> bool:
    """Set the hold; False when the hub has no such receivable. One that the same channel has set stays."""
    target = Target(company=one.row.company, number=one.row.number, source_system=one.source_system)
    command = SetHold(
        key=f"answer:{one.row.document_no}:{kept.answer_key}",
        user=kept.channel,
        receivable=target,
        code=tenant.delivery.dispute_hold,
        source=kept.channel,
        reason=kept.reason,
    )
    try:
        carry_out(work, tenant, command)
    except RuleViolation:
        return True
    except DataError:
        return False
    return True
