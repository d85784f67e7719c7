"""How transfers, cases and settlements look on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hub.cli.showing import Column, kronor, minute, say, show_fields, show_table, state, words

if TYPE_CHECKING:
    from hub.model.collection_cases import Settlement, SettlementRow
    from hub.model.dunning_plans import Plan, PlanSum
    from hub.rules.collection.reconciling import CaseDifference
    from hub.runtime.facade_collection import CaseStory, ListedCase, PlannedTransfer, ReceivedFile, TransferStory


def show_cases(cases: Iterable[ListedCase]) -> None:
    """Show cases, one a line."""
    rows = [
        (
            str(one.case.case_no),
            one.case.company,
            one.number,
            one.case.agency,
            words(one.case.step),
            state(one.case.state),
            words(one.case.stage),
            kronor(one.case.handed_ore, one.case.currency),
            kronor(one.case.left_there_ore),
            one.case.agency_case_no,
        )
        for one in cases
    ]
    columns: Sequence[Column] = (
        ("case", "right"), "company", "number", "agency", "step", "state", "stage", ("handed over", "right"),
        ("left there", "right"), ("its number", "keep"),
    )  # fmt: skip
    show_table("", columns, rows, empty="nothing has been handed over; plan it: hub collection plan AGENCY")


def show_case(story: CaseStory) -> None:
    """Show a case with all that was told, either way."""
    case = story.listed.case
    fields = [
        ("case", f"{case.case_no} ({case.claim_id})"),
        ("receivable", f"{story.listed.number} of company {case.company}"),
        ("agency", f"{case.agency}, {words(case.step)}"),
        ("its number", case.agency_case_no),
        ("state", words(case.state)),
        ("stage", f"{words(case.stage)} {case.stage_on}"),
        ("handed over", f"{kronor(case.handed_ore, case.currency)} on {case.transferred_on}"),
        ("left there", kronor(case.left_there_ore, case.currency)),
        ("open with us", kronor(story.listed.open_ore, case.currency)),
        ("ended", f"{case.closed_on} {case.closing_code}" if case.closed_on else ""),
    ]
    show_fields("", fields)
    orders = [
        (str(one.order_no), words(one.kind), state(one.state), one.on_day, str(one.exchange_no or ""), one.text)
        for one in story.orders
    ]
    columns: Sequence[Column] = (
        ("order", "right"), "told", "state", ("day", "keep"), ("exchange", "right"), ("remark", "wrap"),
    )  # fmt: skip
    show_table("told to the agency", columns, orders)
    told = [(str(one.exchange_no), words(one.kind), state(one.state), one.remark) for one in story.told]
    show_table(
        "told by the agency", (("exchange", "right"), "what", "state", ("remark", "wrap")), told, empty="nothing"
    )


def show_plans(plans: Iterable[Plan]) -> None:
    """Show plans, one a line."""
    rows = [
        (
            str(plan.plan_no),
            str(plan.selection.get("agency", "")),
            plan.on_day,
            words(plan.state),
            minute(plan.made_at),
            plan.made_by,
        )
        for plan in plans
    ]
    columns: Sequence[Column] = ("plan", "agency", ("day", "keep"), "state", ("made (UTC)", "keep"), "by")
    show_table("", columns, rows, empty="nothing has been planned; make a plan: hub collection plan AGENCY")


def show_plan(story: TransferStory) -> None:
    """Show a plan: what is handed over, what is left out and why, and how much is not due yet."""
    plan = story.plan
    counted = ", ".join(f"{count} {words(why)}" for why, count in sorted(plan.counted.items()))
    fields = [
        ("plan", str(plan.plan_no)),
        ("agency", str(plan.selection.get("agency", ""))),
        ("day", plan.on_day),
        ("state", words(plan.state)),
        ("made", f"{minute(plan.made_at)} by {plan.made_by}"),
        ("not yet", counted),
    ]
    show_fields("", fields)
    columns: Sequence[Column] = ("step", ("what", "wrap"), ("receivables", "right"), ("open", "right"))
    show_table("", columns, [_sum(one) for one in story.sums], empty="nothing is due to be handed over")


def _sum(one: PlanSum) -> tuple[str, str, str, str]:
    return (
        words(one.step),
        _what(one.verdict, one.outcome, one.outcome_reason or one.reason),
        str(one.items),
        kronor(one.open_ore),
    )


def _what(verdict: str, outcome: str, why: str) -> str:
    said = words(outcome or verdict)
    return f"{said}: {words(why)}" if why and (verdict, outcome) != ("take", "") else said


def show_items(items: Sequence[PlannedTransfer], *, has_more: bool) -> None:
    """Show items with the receivables that they are about."""
    rows = [
        (
            str(one.item.item_no),
            one.receivable.company,
            one.receivable.number,
            words(one.item.step),
            words(one.item.outcome or one.item.verdict),
            kronor(one.item.open_ore, one.receivable.currency),
            words(one.item.outcome_reason or one.item.reason),
        )
        for one in items
    ]
    columns: Sequence[Column] = (
        ("item", "right"), "company", "number", "step", "what", ("open", "right"), ("why", "wrap"),
    )  # fmt: skip
    show_table("", columns, rows)
    if has_more:
        say(f"more: --after {items[-1].item.item_no}")


def show_settlements(settlements: Iterable[Settlement]) -> None:
    """Show settlements, one a line."""
    rows = [
        (
            str(one.settlement_no),
            one.agency,
            one.payout_reference,
            one.dated_on,
            str(one.rows),
            kronor(one.collected_ore, one.currency),
            kronor(one.commission_ore),
            kronor(one.vat_ore),
            kronor(one.net_ore),
            kronor(one.paid_ore),
        )
        for one in settlements
    ]
    columns: Sequence[Column] = (
        ("settlement", "right"), "agency", ("reference", "keep"), ("day", "keep"), ("rows", "right"),
        ("collected", "right"), ("commission", "right"), ("VAT", "right"), ("paid out", "right"), ("has come", "right"),
    )  # fmt: skip
    show_table("", columns, rows, empty="there is no such settlement")


def show_settlement(rows: Iterable[SettlementRow]) -> None:
    """Show the rows of a settlement."""
    amounts = ("capital", "interest", "reminder_fee", "demand_fee", "court_costs", "commission", "vat", "net")
    lines = [(str(one.case_no), *(kronor(getattr(one, f"{name}_ore")) for name in amounts)) for one in rows]
    columns: Sequence[Column] = (("case", "right"), *((words(name), "right") for name in amounts))
    show_table("", columns, lines, empty="there is no such settlement")


def show_received(report: ReceivedFile) -> None:
    """Show what a file has come to."""
    summary = report.exchange.summary or {}
    fields = [
        ("exchange", str(report.exchange.number)),
        ("state", words(report.exchange.state)),
        ("why", report.exchange.reason),
        ("applied", str(summary.get("applied", ""))),
        ("not ours", str(summary.get("stray", ""))),
    ]
    show_fields("", [(name, value) for name, value in fields if value])


def show_followed(done: dict[str, Any]) -> None:
    """Show what came of asking."""
    show_fields("", [("run", done["run_id"]), ("state", words(done["state"])), ("problem", done["problem"])])


def show_differences(found: Sequence[CaseDifference]) -> None:
    """Show the cases that differ."""
    rows = [
        (
            _how(one),
            str(one.case_no or ""),
            one.agency_case_no,
            one.invoice_no,
            "" if one.ours_ore is None else kronor(one.ours_ore),
            "" if one.theirs_ore is None else kronor(one.theirs_ore),
        )
        for one in found
    ]
    columns: Sequence[Column] = (
        "differs", ("case", "right"), ("its number", "keep"), "invoice", ("principal here", "right"),
        ("there", "right"),
    )  # fmt: skip
    show_table("", columns, rows, empty="every open case is the same on both sides")


def _how(one: CaseDifference) -> str:
    return f"handed over on {one.handed_over_on}, never acknowledged" if one.handed_over_on else words(one.how)


def show_agencies(names: Iterable[str], counts: Iterable[tuple[str, str, int, int, int]]) -> None:
    """Show agencies and their cases by state."""
    say(f"agencies: {', '.join(names) or 'none is offered by a plugin that is on'}")
    rows = [
        (agency, state(stands), str(count), kronor(handed_ore), kronor(left_ore))
        for agency, stands, count, handed_ore, left_ore in counts
    ]
    columns: Sequence[Column] = ("agency", "state", ("cases", "right"), ("handed over", "right"), ("left", "right"))
    show_table("", columns, rows, empty="nothing has been handed over")
