"""Filing: each application is looked at once more, counted to its day, kept as it leaves, and printed or sent.

What a filer sends goes in files of one kind and one applicant; a run of the attempts carries them, with a row before
and after the call. On paper, a person prints the form, and says when it has been handed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import OrderToPayFiler
from hub.errors import DataError, RuleViolation
from hub.model.attempts import PlannedMessage
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_commands import ConfirmOrderFiled, FileOrdersToPay
from hub.model.order_to_pay_files import Filing
from hub.model.orders_to_pay import NOT_FILED, Happening, Hindrance, MessageKind, OrderState, OrderToPay, Said, WhyNot
from hub.model.tenant import Tenant
from hub.services.attempts import plan_batch
from hub.services.books.finding import find_company
from hub.services.orders_to_pay.applying import application_of, as_bytes, told_as_bytes
from hub.services.orders_to_pay.looking import Looked, look_again
from hub.services.orders_to_pay.making import answer_of, settle
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.telling import find_order, mark, tell
from hub.services.ports import JsonObject, UnitOfWork
from hub.texts import storable

MESSAGE_KIND = "order_to_pay_file"
_ONES_OWN = {  # what the authority knows is what was asked for
    "told_principal_ore": "principal_ore",
    "told_collection_ore": "collection_ore",
    "told_interest_ore": "interest_ore",
}


class OrderFiler:
    """Carries out the command that files applications."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: FileOrdersToPay) -> JsonObject:
        """File applications; one that no longer holds is blocked, and the others go.

        Raises:
            DataError: there is no such application, or its office is not in the register.
            RuleViolation: one has been filed, or ended.
            ConfigurationError: a filer is not there, or cannot write or send.
        """
        numbers = sorted(set(told.orders))
        orders = [find_order(work, number, to_change=True) for number in numbers]
        for order in orders:
            _refuse_filed(order)
        self._lock(work, numbers)
        leaving = [one for order in orders if (one := self._leaving(work, tenant, order, told.user)) is not None]
        sent = self._send(work, tenant, leaving, told.user)
        for order, application, looked in leaving:
            if order.order_no not in sent:
                self._print(work, tenant, order, application, told.user)
            mark(work, tenant, order.order_no, looked.asked, told.user)
        return {"orders": [answer_of(work, find_order(work, number)) for number in numbers]}

    def _lock(self, work: UnitOfWork, numbers: Sequence[int]) -> None:
        claims = [claim for number in numbers for claim in work.orders_to_pay.claims(number)]
        work.receivables.lock(sorted({claim.receivable_id for claim in claims}))

    def _leaving(
        self, work: UnitOfWork, tenant: Tenant, order: OrderToPay, user: str
    ) -> tuple[OrderToPay, OrderApplication, Looked] | None:
        """Return an application as it leaves today; None when it is blocked now."""
        looked = look_again(work, tenant, order, self._means.rates())
        application = application_of(work, order.order_no, looked)
        hindrances = [*looked.hindrances, *self._unwritable(tenant, order, application)]
        if hindrances or order.state != OrderState.READY:
            order = settle(work, tenant, order, hindrances, user, self._means.interrupt)
        if hindrances:
            return None
        asked = [one._replace(**{told: getattr(one, own) for told, own in _ONES_OWN.items()}) for one in looked.asked]
        work.orders_to_pay.change_claims(order.order_no, asked)
        kept = work.contents.keep(as_bytes(application))
        now: dict[str, Any] = {
            "counted_to": work.today,
            "fee_ore": looked.fee_ore,
            "application_sha256": kept.sha256,
            **looked.sums,
        }
        work.orders_to_pay.change(order.order_no, **now)
        return order._replace(**now), application, looked

    def _unwritable(self, tenant: Tenant, order: OrderToPay, application: OrderApplication) -> list[Hindrance]:
        filer = self._filer(tenant, order)
        message = OrderMessage(kind=MessageKind.APPLICATION, application=application)
        reason = "" if filer is None else storable(filer.why_not(message))
        return [Hindrance("", WhyNot.CANNOT_BE_WRITTEN, reason)] if reason else []

    def _filer(self, tenant: Tenant, order: OrderToPay) -> OrderToPayFiler | None:
        return self._means.filers().of(find_company(tenant, order.company))

    def _send(
        self,
        work: UnitOfWork,
        tenant: Tenant,
        leaving: Sequence[tuple[OrderToPay, OrderApplication, Looked]],
        user: str,
    ) -> set[int]:
        """Write and plan the files of those applications that a filer sends; return their numbers."""
        groups: dict[tuple[str, str, str], list[tuple[OrderToPay, OrderMessage]]] = defaultdict(list)
        for order, application, _looked in leaving:
            filer = self._filer(tenant, order)
            if filer is not None:
                message = OrderMessage(kind=MessageKind.APPLICATION, application=application)
                applicant, code = application.applicant.organisation_number, application.agent.code
                groups[filer.name, applicant, code].append((order, message))
        for (name, _applicant, _code), found in groups.items():
            filer = self._means.filers().named(name)
            file_no, exchange_no = send(work, self._means, filer, [message for _, message in found])
            for order, _message in found:
                values: dict[str, Any] = {"filer": name, "file_no": file_no, "exchange_no": exchange_no}
                work.orders_to_pay.change(order.order_no, **values)
                said = Said(Happening.EXECUTED, work.today, user, exchange_no=exchange_no)
                tell(work, tenant, order._replace(**values), said, self._means.interrupt)
        return {order.order_no for found in groups.values() for order, _message in found}

    def _print(
        self, work: UnitOfWork, tenant: Tenant, order: OrderToPay, application: OrderApplication, user: str
    ) -> None:
        """Keep the form of an application that a person hands in."""
        message = OrderMessage(kind=MessageKind.APPLICATION, application=application)
        kept = work.contents.keep(self._means.print_paper(message))
        values: dict[str, Any] = {"filer": "", "file_no": 0, "exchange_no": 0, "form_sha256": kept.sha256}
        work.orders_to_pay.change(order.order_no, **values)
        said = Said(Happening.EXECUTED, work.today, user)
        tell(work, tenant, order._replace(**values), said, self._means.interrupt)


def _refuse_filed(order: OrderToPay) -> None:
    if OrderState(order.state) not in NOT_FILED:
        raise RuleViolation(f"application {order.order_no} is {order.state}: it is filed once")


def send(work: UnitOfWork, means: Means, filer: OrderToPayFiler, messages: Sequence[OrderMessage]) -> tuple[int, int]:
    """Write messages of one kind and applicant as a file, and plan to send it; return its number and its exchange.

    Raises:
        ConfigurationError: the filer cannot write or send.
        DataError: a message cannot be written.
    """
    plugin = means.filers().plugin_of(filer)
    first = messages[0]
    applicant = first.application.applicant
    file_no = work.orders_to_pay.next_file(filer.name, applicant.organisation_number)
    key = _key(filer.name, applicant.organisation_number, file_no)
    filing = Filing(
        key, file_no, first.kind, work.today, applicant.organisation_number, first.application.agent.code,
        tuple(messages),
    )  # fmt: skip
    kept = work.contents.keep(filer.write(filing))
    file_name = storable(filer.file_name(filing))
    name = f"{key}/{file_name}"  # a channel calls the file what stands behind the last slash
    message = PlannedMessage(name, kept.sha256, kept.size, MESSAGE_KIND)
    plan_batch(work, work.tenant_name, filer.channel, key, [message], plugin=plugin)
    (attempt,) = work.attempts.of_messages([name])
    summary: Mapping[str, object] = {
        "name": file_name,
        "kind": first.kind,
        "number": file_no,
        "orders": len(messages),
    }
    work.exchanges.change(attempt.exchange_no, format=filer.name, summary=dict(summary))
    return file_no, attempt.exchange_no


def files_of(work: UnitOfWork, filer: str, organisation_number: str, file_no: int) -> list[OrderToPay]:
    """Return the applications of which the latest message went in a numbered file of an applicant."""
    return work.orders_to_pay.of_message(filer, f"{_key(filer, organisation_number, file_no)}/")


def _key(filer: str, organisation_number: str, file_no: int) -> str:
    return f"orders-to-pay/{filer}/{organisation_number}/{file_no}"


def hand_over(
    work: UnitOfWork, means: Means, order: OrderToPay, message: OrderMessage, said: Said, *, on_paper: bool
) -> Said:
    """Send what is told by the application's filer, else print it for a person; return it with what proves it.

    The neutral document of it is kept in both.

    Raises:
        ConfigurationError: the filer is not there, or cannot write or send.
        DataError: the filer cannot write it.
        DocumentError: it cannot be printed.
    """
    said = said._replace(document_sha256=work.contents.keep(told_as_bytes(message)).sha256)
    if order.filer and not on_paper:
        filer = means.filers().named(order.filer)
        if reason := filer.why_not(message):
            raise DataError(f"{reason}: mend that, or hand it in on paper: say it again with --on-paper")
        _file_no, exchange_no = send(work, means, filer, [message])
        return said._replace(exchange_no=exchange_no)
    return said._replace(paper_sha256=work.contents.keep(means.print_paper(message)).sha256)


class FiledOnPaper:
    """Carries out the command that says that a printed application has been handed in."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: ConfirmOrderFiled) -> JsonObject:
        """Say when an application reached the authority; the claim lives on from that day.

        Raises:
            DataError: there is none, or the day is to come, or lies before it was printed.
            RuleViolation: it was not printed, or a filer sends it.
        """
        order = find_order(work, told.order_no, to_change=True)
        if order.exchange_no and order.state == OrderState.LEAVING:
            raise RuleViolation(
                f"application {order.order_no} goes by {order.filer}, in exchange {order.exchange_no}: what becomes of "
                "it is told by hub attempts"
            )
        said = Said(Happening.FILED, told.on.isoformat(), told.user)
        return answer_of(work, tell(work, tenant, order, said, self._means.interrupt))
