"""`hub reports purge-plan`, `purge-plans`, `purge-list` and `purge`: paid receivables lose what names persons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.days import day
from hub.cli.option_groups import in_groups
from hub.cli.report_options import Identity, LanguageName, NarrowOptions, OutputOptions, asked, word
from hub.cli.report_output import put_out, write_file
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, minute, progress_bar, say, show_fields, show_table
from hub.errors import DataError
from hub.formats.sheets.choice import Choice
from hub.model.counting import counted
from hub.model.documents import Language
from hub.model.purging import PurgeKept, PurgePlan, PurgeTerms

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

PlanNo = Annotated[int, typer.Argument(metavar="PLAN", help="The plan's number, see: hub reports purge-plans.")]
PaidBefore = Annotated[str, typer.Option("--paid-before", metavar="DATE", help="Fully paid before this day.")]
Holds = Annotated[
    list[str] | None,
    typer.Option("--not-held", metavar="CODE", help="Not what has this hold (kravkod); up to four times."),
]
NumberFrom = Annotated[str, typer.Option("--number-from", metavar="NUMBER", help="From this invoice number.")]
NumberTo = Annotated[str, typer.Option("--number-to", metavar="NUMBER", help="Up to this invoice number.")]
Sort = Annotated[str, typer.Option("--sort", metavar="BY", help=f"{', '.join(PurgeKept)}.")]
ByInvoice = Annotated[Path | None, typer.Option("--kept-by-invoice", metavar="FILE", help="Keep a list by invoice.")]
ByName = Annotated[Path | None, typer.Option("--kept-by-name", metavar="FILE", help="Keep a list by name.")]
ByPerson = Annotated[Path | None, typer.Option("--kept-by-person", metavar="FILE", help="Keep a list by person.")]
NoList = Annotated[bool, typer.Option("--no-kept-list", help="Keep no list of the names that go.")]
By = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who makes the plan.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "purge-plan")(purge_plan)
    command(app, "purge-plans")(purge_plans)
    command(app, "purge-list")(purge_list)
    command(app, "purge")(purge)


@in_groups
def purge_plan(
    session: Session,
    narrow: NarrowOptions,
    paid_before: PaidBefore,
    number_from: NumberFrom = "",
    number_to: NumberTo = "",
    not_held: Holds = None,
    user: By = None,
) -> None:
    """Plan a purge (gallring) of what is paid; nothing is erased before `hub reports purge`."""
    terms = asked(
        PurgeTerms,
        paid_before=day("--paid-before", paid_before),
        number_from=number_from,
        number_to=number_to,
        excluded_holds=tuple(not_held or ()),
        **narrow.values(),
    )
    with session.hub() as hub:
        plan = hub.reports.plan_purge(terms, user=user or session.person)
    if session.as_json:
        answer_json(plan)
        return
    _show(plan)
    say(f"look at it: hub reports purge-list {plan.plan_no}; carry it out: hub reports purge {plan.plan_no}")


def purge_plans(session: Session) -> None:
    """List plans of purges, the newest first."""
    with session.hub() as hub:
        plans = hub.reports.purge_plans()
    if session.as_json:
        answer_json(plans)
        return
    rows = [
        (str(p.plan_no), minute(p.made_at), p.made_by, p.state, str(p.planned), str(p.purged), str(p.left_out))
        for p in plans
    ]
    numbers = [(name, "right") for name in ("planned", "purged", "left out")]
    show_table("", (("plan", "right"), ("made", "keep"), "by", "state", *numbers), rows, empty="no purge was planned")


@in_groups
def purge_list(
    session: Session, output: OutputOptions, plan: PlanNo, sort: Sort = "invoice", identity: Identity = False
) -> None:
    """List what a plan purges, and what it leaves out and why."""
    to = output.output(session)
    by = word("--sort", sort, PurgeKept)
    with session.hub() as hub, hub.reports.purge_list(plan, sort=by, with_identity=identity) as sheet:
        put_out(sheet, to)


def purge(
    session: Session,
    plan: PlanNo,
    by_invoice: ByInvoice = None,
    by_name: ByName = None,
    by_person: ByPerson = None,
    no_kept_list: NoList = False,
    identity: Identity = False,
    language_name: LanguageName = "en",
) -> None:
    """Carry a plan out: erase what names persons. The kept lists are written first, since the names go."""
    kept = {PurgeKept.INVOICE: by_invoice, PurgeKept.NAME: by_name, PurgeKept.PERSON: by_person}
    files = {sort: file for sort, file in kept.items() if file is not None}
    if bool(files) == no_kept_list:
        raise DataError("say which list is kept, such as --kept-by-invoice FILE, or --no-kept-list")
    choice = Choice(word("--language", language_name, Language))
    with session.hub() as hub:
        hub.reports.purgeable_plan(plan)  # before any file is written
        for sort, file in files.items():
            _keep_list(hub, plan, sort, file, choice, with_identity=identity)
        with progress_bar("purging", is_quiet=session.as_json) as progress:
            done = hub.reports.purge(plan, progress)
    if session.as_json:
        answer_json(done)
        return
    _show(done)


def _keep_list(hub: Hub, plan: int, sort: PurgeKept, file: Path, choice: Choice, *, with_identity: bool) -> None:
    with hub.reports.purge_list(plan, sort=sort, states=("planned",), with_identity=with_identity) as sheet:
        lines = write_file(sheet, file, choice)
    say(f"{file}: {counted(lines, 'line')}")


def _show(plan: PurgePlan) -> None:
    show_fields(
        "",
        (
            ("plan", str(plan.plan_no)),
            ("state", plan.state),
            ("planned", str(plan.planned)),
            ("purged", str(plan.purged)),
            ("left out", str(plan.left_out)),
        ),
    )
