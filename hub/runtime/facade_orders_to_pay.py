"""`hub.orders_to_pay` and `hub.authorities`: applications as they would be and as they stand, and the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hub.errors import DataError
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_commands import MakeOrderToPay
from hub.model.orders_to_pay import Authority, Hindrance, MessageKind, OrderClaim, OrderStep, OrderToPay
from hub.model.runs import Run
from hub.rules.orders_to_pay.register_file import read_authorities
from hub.runtime.inspecting import opened
from hub.runtime.tenant_work import TenantWork
from hub.services.books.finding import find_company
from hub.services.orders_to_pay.applying import application_of, as_bytes, message_of
from hub.services.orders_to_pay.fetching import RUN_KIND, used_filers
from hub.services.orders_to_pay.looking import Looked, look_again
from hub.services.orders_to_pay.making import look_at
from hub.services.orders_to_pay.proposing import Proposal, propose
from hub.services.orders_to_pay.receiving import AuthorityFiles, AuthorityReport
from hub.services.orders_to_pay.telling import find_order
from hub.services.ports import UnitOfWork


class ShownOrder(NamedTuple):
    """An application with its receivables, what happened to it, and what forbids it while it is not filed."""

    order: OrderToPay
    claims: Sequence[OrderClaim]
    steps: Sequence[OrderStep]
    hindrances: Sequence[Hindrance]


class OrdersToPayDesk:
    """The orders to pay of one tenant; they are made, filed and told of by commands."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], object]) -> None:
        self._work = work
        self._carry_out = carry_out

    def plan(self, told: MakeOrderToPay) -> Looked:
        """Return what an application would be, and what forbids it; nothing is changed.

        Raises:
            DataError: its receivables cannot be one application, or the form cannot hold it.
            RuleViolation: the law forbids its costs or interest.
        """
        with self._work.store.read() as work:
            return look_at(work, self._work.tenant, told, self._work.order_means)

    def propose(self, company: str = "", *, drafted_by: str = "") -> Proposal:
        """Return what could be filed, debtor by debtor, and what not and why; with `drafted_by` drafts are made.

        Raises:
            DataError: there is no such company.
            RuleViolation: a reference rate that is needed is not known.
        """
        tenant = self._work.tenant
        companies = [find_company(tenant, company)] if company else list(tenant.companies)
        return propose(self._work.store, tenant, companies, self._work.order_means, drafted_by=drafted_by)

    def latest(self, *, state: str = "", before: int | None = None, limit: int = 100) -> list[OrderToPay]:
        """Return applications, the newest first."""
        with self._work.store.read() as work:
            return work.orders_to_pay.latest(state=state, before=before, limit=limit)

    def show(self, order_no: int) -> ShownOrder:
        """Return an application. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            order = find_order(work, order_no)
            hindrances = self._hindrances(work, order)
            claims, steps = work.orders_to_pay.claims(order_no), work.orders_to_pay.steps(order_no)
        return ShownOrder(order, claims, steps, hindrances)

    def _hindrances(self, work: UnitOfWork, order: OrderToPay) -> Sequence[Hindrance]:
        if order.state not in ("ready", "blocked"):
            return ()
        return look_again(work, self._work.tenant, order, self._work.rates()).hindrances

    def document(self, order_no: int, step_no: int | None = None) -> bytes:
        """Return the neutral JSON of an application, as it was filed or would be today; or of what a step told.

        Raises:
            DataError: there is no such application or document, its office is not in the register, or its debtor has
                been purged.
        """
        with self._work.store.read() as work:
            order = find_order(work, order_no)
            if step_no is not None:
                return work.contents.read(_told_by(work, order, step_no).document_sha256)
            if order.application_sha256 and order.filed_on:
                _refuse_purged(order)
                return work.contents.read(order.application_sha256)
            looked = look_again(work, self._work.tenant, order, self._work.rates())
            return as_bytes(application_of(work, order_no, looked))

    def form(self, order_no: int) -> bytes:
        """Return the print-ready form of an application as a PDF: as it was printed, else as it would be today.

        Raises as `document`, and DocumentError when it cannot be printed.
        """
        with self._work.store.read() as work:
            order = find_order(work, order_no)
            if order.form_sha256:
                _refuse_purged(order)
                return work.contents.read(order.form_sha256)
        application = OrderApplication.model_validate_json(self.document(order_no))
        return self._work.printer.order_paper(OrderMessage(kind=MessageKind.APPLICATION, application=application))

    def letter(self, order_no: int, step_no: int | None = None) -> bytes:
        """Return what an application was followed by as a PDF: of a step, else the latest.

        It is a reduction, a withdrawal or an application for enforcement; printed now where a filer sent it. Raises as
        `form`.
        """
        with self._work.store.read() as work:
            order = find_order(work, order_no)
            step = _told_by(work, order, step_no)
            if step.paper_sha256:
                return work.contents.read(step.paper_sha256)
            application, told = (work.contents.read(one) for one in (order.application_sha256, step.document_sha256))
        return self._work.printer.order_paper(message_of(application, told))

    def receive(self, file: Path | BinaryIO, *, filer: str = "", name: str = "") -> AuthorityReport:
        """Take in a file of the authority; one that cannot be read is `quarantined`, one out of order `held`.

        Raises:
            DataError: the file cannot be opened, or it is not clear which filer reads it.
            ConfigurationError: no plugin offers the filer.
        """
        files = self._files(filer)
        shown, opening = opened(file, name)
        with opening as stream:
            report = files.receive(BytesIO(stream.read()), name=shown)
        self._carry_out()
        return report

    def read(self, exchange_no: int, *, filer: str = "") -> AuthorityReport:
        """Read a held file although it is out of order. Raises DataError when it is none."""
        report = self._files(filer).read_again(exchange_no)
        self._carry_out()
        return report

    def fetch(self, *, key: str) -> Run:
        """Fetch what the authority has for us, of every filer that companies use."""
        run_id = f"{RUN_KIND}:{self._work.tenant.id}:{key}"
        with self._work.store.write() as work:
            work.runs.enqueue_once(run_id, RUN_KIND, {})
        self._carry_out()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
        assert run is not None  # it was queued above
        return run

    def _files(self, filer: str) -> AuthorityFiles:
        means, names = self._work.order_means, used_filers(self._work.tenant)
        if not filer and len(names) != 1:
            raise DataError(
                f"say which filer reads it: {', '.join(names) or 'no company has one in orders_to_pay.filer'}"
            )
        found = means.filers().named(filer or names[0])
        return AuthorityFiles(self._work.store, self._work.tenant, found, means)


class AuthoritiesDesk:
    """The register of authorities of one tenant."""

    def __init__(self, work: TenantWork) -> None:
        self._work = work

    def all(self) -> list[Authority]:
        """Return every office, by town."""
        with self._work.store.read() as work:
            return work.authorities.all()

    def take_in(self, file: Path, *, user: str) -> int:
        """Take offices from a CSV or TOML file; return how many are new or changed.

        Raises:
            DataError: the file cannot be read, or an office does not fit the form.
        """
        shown, opening = opened(file)
        with opening as stream:
            found = read_authorities(stream.read(), shown)
        with self._work.store.write() as work:
            changed = work.authorities.put(found)
            work.events.record("authorities_changed", towns=[one.town for one in found], changed=changed, user=user)
        return changed

    def remove(self, town: str, *, user: str) -> None:
        """Take an office out. Raises DataError when it is not there."""
        with self._work.store.write() as work:
            if not work.authorities.remove(town):
                raise DataError(f"there is no authority {town}; see: hub authorities")
            work.events.record("authorities_changed", towns=[town], changed=1, user=user)


def _told_by(work: UnitOfWork, order: OrderToPay, step_no: int | None) -> OrderStep:
    """Return the step, or the latest, by which we told the authority something behind the application."""
    _refuse_purged(order)
    steps = [one for one in work.orders_to_pay.steps(order.order_no) if step_no in (None, one.step_no)]
    told = [one for one in steps if one.document_sha256]
    if not told:
        raise DataError(
            f"application {order.order_no} has no letter{f' of step {step_no}' if step_no else ''}: hub orders-to-pay "
            "reduce, withdraw and enforce write one; steps are numbered in: hub orders-to-pay show --json"
        )
    return told[-1]


def _refuse_purged(order: OrderToPay) -> None:
    if not order.debtor_identity:
        raise DataError(f"application {order.order_no} was purged: what was filed has been erased")
