"""The run that orders refunds: file by file, each with its number, its bytes, its refunds and their entries at once.

So a refund stands in one file for ever: what a file holds is written down with the file, and whoever comes after finds
it there. The writer's channel carries the file in a run of its own, with a row before and after the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hub.contracts import PaymentOrderWriter
from hub.errors import RuleViolation
from hub.model.attempts import PlannedMessage
from hub.model.company import Company
from hub.model.refunds import Refund, RefundOrder, RefundSource, RefundState
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.attempts import plan_batch
from hub.services.chart import chart_of
from hub.services.ports import JsonObject, UnitOfWork, Work
from hub.services.refunds.batches import batch_of, new_order, payment_order
from hub.services.refunds.writers import OrderWriters
from hub.texts import storable

RUN_KIND = ScheduledJob.REFUNDS.value
STEP = "order_file"
MESSAGE_KIND = "payment_order"
VOUCHER_TYPE = "refunds"
TASK = "refund_waits"
_CLAIM = "refund orders"  # two runs at once: the second looks when the first has written


class Waiting(NamedTuple):
    """An approved refund that cannot be ordered, and why."""

    refund: Refund
    reason: str


def paying_companies(tenant: Tenant, company: str = "") -> list[Company]:
    """Return the companies whose refunds the hub pays, or the one that is named, if it is one of them."""
    wanted = tenant.company(company) if company else None
    return [one for one in tenant.companies if one.refunds.is_paid_here and (not company or one is wanted)]


class OrderRun:
    """Orders the approved refunds of one company, or of all that the hub pays for."""

    def __init__(self, tenant: Tenant, writers: OrderWriters) -> None:
        self._tenant = tenant
        self._writers = writers

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Write files until no refund is left that can go; answer how many went and how many wait.

        Raises:
            ConfigurationError: a company's writer is not there, or has no channel.
        """
        companies = paying_companies(self._tenant, input.get("company", ""))
        for company in companies:
            self._writers.plugin_of(self._writers.of(company))
        counted = Counter[str]()
        for company in companies:
            counted.update(self._order(work, company))
        return dict(counted)

    def _order(self, work: Work, company: Company) -> Counter[str]:
        after, counted = 0, Counter[str]()
        while True:
            answer = work.step(STEP, self._file, {"company": company.number, "after": after})
            counted.update(
                refunds=answer["refunds"], waiting=answer["waiting"], files=1 if answer["order_no"] else 0
            )  # fmt: skip
            after = answer["after"]
            work.progress(after or counted["refunds"], 0)
            if not after:
                return counted

    def _file(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        company = self._tenant.company(input["company"])
        assert company is not None  # it was one of the tenant's when the run began
        writer = self._writers.of(company)
        work.commands.claim(_CLAIM)
        limit = company.refunds.most_payments
        found = work.refunds.waiting(company.number, company.currency, after=input["after"], limit=limit)
        going, waiting = split(work, company, writer, found)
        tell_waiting(work, waiting)
        after = found[-1].refund_no if len(found) == limit else 0
        answer = {"company": company.number, "after": after, "refunds": len(going), "waiting": len(waiting)}
        order_no = self._written(work, company, writer, going) if going else 0
        return {**answer, "order_no": order_no}

    def _written(
        self, work: UnitOfWork, company: Company, writer: PaymentOrderWriter, refunds: Sequence[Refund]
    ) -> int:
        order = new_order(work, company, refunds)
        batch = batch_of(order, refunds)
        kept = work.contents.keep(writer.write(batch))
        name = f"{order.message_id}/{storable(writer.file_name(batch))}"  # a channel calls the file as the writer does
        message = PlannedMessage(name, kept.sha256, kept.size, MESSAGE_KIND)
        plugin = self._writers.plugin_of(writer)
        plan_batch(work, self._tenant.id, writer.channel, order.message_id, [message], plugin=plugin)
        (attempt,) = work.attempts.of_messages([name])
        summary = {"company": company.number, "order_no": order.order_no, "refunds": len(refunds)}
        work.exchanges.change(attempt.exchange_no, format=writer.name, summary=summary)
        work.refunds.add_order(order._replace(exchange_no=attempt.exchange_no))
        self._post(work, refunds, order, attempt.exchange_no)
        work.refunds.change_each(
            "part", {one.refund_no: storable(writer.part_of(payment_order(one))) for one in refunds}
        )
        work.events.record(
            "refunds_ordered",
            **summary,
            exchange_no=attempt.exchange_no,
            message_id=order.message_id,
            amount_ore=order.amount_ore,
            currency=order.currency,
            pay_on=order.pay_on,
        )
        return order.order_no

    def _post(self, work: UnitOfWork, refunds: Sequence[Refund], order: RefundOrder, exchange_no: int) -> None:
        """Book refunds as ordered: what they are of owes them no more, and the refund clearing account does."""
        numbers = [one.refund_no for one in refunds]
        work.refunds.post(numbers, exchange_no)
        work.books.apply(chart_of(work, self._tenant), voucher_type=VOUCHER_TYPE, exchange_no=exchange_no)
        work.queue.take_many([(one.payment_id, one.amount_ore) for one in refunds if one.payment_id])
        work.refunds.change(numbers, state=RefundState.ORDERED, order_no=order.order_no, reason="")
        for one in refunds:
            if one.reason:
                work.commands.close_task(TASK, str(one.refund_no))


def split(
    work: UnitOfWork, company: Company, writer: PaymentOrderWriter, found: Sequence[Refund]
) -> tuple[list[Refund], list[Waiting]]:
    """Part approved refunds into those that can be ordered now and those that wait, each with the reason.

    What they are of is held, and looked at once more: it may have been moved or paid since it was approved.
    """
    left_ore = what_is_left(work, found)
    probe = batch_of(_probe(company), ())
    going, waiting = [], []
    for one in found:
        key = (one.source, one.payment_id or one.receivable_id)
        reason = storable(writer.why_not(probe, payment_order(one)))
        if left_ore.get(key, 0) < one.amount_ore:
            reason = "its money is not there any more: it has been moved or paid with; withdraw the refund"
        if reason:
            waiting.append(Waiting(one, reason))
        else:
            left_ore[key] -= one.amount_ore
            going.append(one)
    return going, waiting


def what_is_left(work: UnitOfWork, found: Sequence[Refund]) -> dict[tuple[str, int], int]:
    """Return how much can be paid back of what refunds are of, by source and number; it is held from now on."""
    payments = sorted({one.payment_id for one in found if one.payment_id})
    receivables = sorted({one.receivable_id for one in found if one.receivable_id})
    work.queue.lock(payments)
    work.receivables.lock(receivables)
    refundable = [
        *work.refunds.refundable_of(RefundSource.PAYMENT, payments),
        *work.refunds.refundable_of(RefundSource.RECEIVABLE, receivables),
    ]
    return {(one.source, one.source_no): one.amount_ore for one in refundable}


def _probe(company: Company) -> RefundOrder:
    """Return a file that is never made, to ask a writer about payments."""
    settings = company.refunds
    if settings.charged is None:
        raise RuleViolation(f"company {company.number} has no refunds.charged: give the account that is charged")
    return RefundOrder(
        0, company.number, settings.writer, f"{settings.id_prefix}{company.number}-000000-0", 0, company.name,
        company.organisation_number, company.currency, "", "", ":".join(settings.charged.key),
        settings.drawn_on.number if settings.drawn_on else "", 0, 0, "",
    )  # fmt: skip


def tell_waiting(work: UnitOfWork, waiting: Sequence[Waiting]) -> None:
    """Note why approved refunds are not ordered, and ask a person about each whose reason is new."""
    for one, reason in waiting:
        if one.reason != reason:
            work.refunds.change([one.refund_no], reason=reason)
            work.commands.open_task(
                TASK, str(one.refund_no), f"refund {one.refund_no} is approved and cannot be ordered: {reason}"
            )
