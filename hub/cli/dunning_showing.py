"""How plans, their items and policies look on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hub.cli.showing import Column, kronor, minute, say, show_fields, show_table, words
from hub.model.dunning_plans import Plan, PlanItem, PlanSum, Verdict
from hub.model.dunning_reasons import NotYet
from hub.model.limitation import Lapsing
from hub.rules.dunning.policies import Policy
from hub.rules.dunning.step_terms import USUAL_DAYS

if TYPE_CHECKING:
    from hub.runtime.dunning_findings import DunningFinding
    from hub.runtime.facade_dunning import PlannedItem, PlanStory
    from hub.services.dunning.undoing import Undone

UNSENT = "see what holds them: hub documents list, hub attempts list; a run that failed: hub runs retry RUN"
_AMOUNTS: tuple[Column, ...] = (("open", "right"), ("fee", "right"), ("interest", "right"))
_COMPENSATION: Column = ("compensation", "right")  # shown where there is one
_COUNTED: Mapping[str, str] = {
    NotYet.INTERNAL: "settled by voucher",
    NotYet.NOTHING_OWED: "nothing is owed",
    NotYet.NOT_DUE: "not due",
    NotYet.NO_POLICY: "no policy",
    NotYet.NO_STEP_LEFT: "every step taken",
    NotYet.TOO_EARLY: "too few days",
    NotYet.TIME_NOT_OUT: "the debtor has time",
    NotYet.WITH_ITS_ORIGINAL: "fees asked for with their receivables",
    NotYet.OTHER_STEP: "another step than chosen",
}


def show_plans(plans: Iterable[Plan]) -> None:
    """Show plans, one a line."""
    rows = [
        (str(plan.plan_no), plan.on_day, words(plan.state), _selected(plan), minute(plan.made_at), plan.made_by)
        for plan in plans
    ]
    columns = ("plan", ("day", "keep"), "state", ("about", "wrap"), ("made (UTC)", "keep"), "by")
    show_table("", columns, rows, empty="nothing has been planned; make a plan: hub dunning plan")


def show_plan(story: PlanStory) -> None:
    """Show a plan: what is taken, what is left out and why, and how many are not yet due."""
    plan = story.plan
    fields = [
        ("plan", str(plan.plan_no)),
        ("day", plan.on_day),
        ("state", words(plan.state)),
        ("about", _selected(plan)),
        ("made", f"{minute(plan.made_at)} by {plan.made_by}"),
        ("not yet", ", ".join(f"{count} {_COUNTED.get(why, why)}" for why, count in sorted(plan.counted.items()))),
    ]
    show_fields("", fields)
    columns: Sequence[Column] = ("step", ("what", "wrap"), ("receivables", "right"), *_amounts(story.sums))
    show_table(
        "", columns, [(*_sum(one), *_compensation(one, story.sums)) for one in story.sums], empty="no step is due"
    )
    if story.unsent_letters:
        say(f"letters that have not been sent: {story.unsent_letters}; {UNSENT}")


def show_items(items: Sequence[PlannedItem], *, has_more: bool) -> None:
    """Show items with the receivables that they are about."""
    planned = [item for item, _ in items]
    rows = [
        (
            str(item.item_no),
            receivable.company,
            receivable.number,
            words(item.step),
            _what(item.verdict, item.outcome),
            kronor(item.open_ore, receivable.currency),
            kronor(item.fee_ore),
            kronor(item.interest_ore),
            *_compensation(item, planned),
            _because(item.outcome_reason or item.reason),
        )
        for item, receivable in items
    ]
    columns: Sequence[Column] = (
        ("item", "right"), "company", ("receivable", "keep"), "step", "", *_amounts(planned), ("because", "wrap"),
    )  # fmt: skip
    show_table("", columns, rows, empty="there is no such item")
    if has_more:
        say(f"more follow: --after {items[-1].item.item_no}")


def show_undone(undone: Undone) -> None:
    """Show how many steps were undone, and which were not."""
    show_fields("", (("undone", str(undone.steps)), ("left as they are", str(len(undone.left_out)))))
    rows = [(str(one.step.item_no), words(one.step.step), _because(one.why)) for one in undone.left_out]
    if rows:
        show_table("", (("item", "right"), "step", ("because", "wrap")), rows)


def show_lapsing(found: Iterable[Lapsing]) -> None:
    """Show claims that lapse soon, the last day of each and what it counts from."""
    rows = [
        (
            one.company,
            one.number,
            kronor(one.open_ore, one.currency),
            one.arose_on.isoformat(),
            one.last_day.isoformat(),
            "" if one.interrupted_by is None else f"{words(one.interrupted_by.kind)} {one.interrupted_by.on}",
        )
        for one in found
    ]
    columns: Sequence[Column] = (
        "company", ("receivable", "keep"), ("open", "right"), ("arose", "keep"), ("last day", "keep"),
        ("interrupted by", "wrap"),
    )  # fmt: skip
    show_table("", columns, rows, empty="no claim lapses that soon")


def show_policy(policy: Policy) -> None:
    """Show a policy, step by step."""
    fee_is = "invoiced" if policy.fees_are_invoiced else "debited"
    agreed = "agreed" if policy.reminder_fee_is_agreed else "not agreed"
    charged = "charged in trade" if policy.charges_compensation else ""
    fields = (
        ("policy", policy.name),
        ("letters", words(policy.method)),
        ("reminder fee", agreed),
        ("compensation", charged),
    )
    show_fields("", fields)
    rows = [
        (
            words(rule.step),
            f"{rule.after_days} days after {words(rule.counted_from)}",
            f"{USUAL_DAYS} (usual)" if rule.days_to_pay is None else str(rule.days_to_pay),
            kronor(rule.minimum_ore),
            kronor(rule.fee_ore),
            fee_is if rule.debits_fee else "printed",
            "debited" if rule.debits_interest else "printed" if rule.prints_interest else "no",
        )
        for rule in policy.steps
    ]
    columns: Sequence[Column] = (
        "step",
        ("when", "wrap"),
        ("days to pay", "right"),
        ("minimum", "right"),
        ("fee", "right"),
        "fee is",
        "interest",
    )
    show_table("", columns, rows, empty="the policy has no step")


def show_findings(findings: Sequence[DunningFinding]) -> None:
    """Show what is wrong with policies."""
    rows = [(one.company, one.policy, one.message, one.paragraph) for one in findings]
    columns: Sequence[Column] = ("company", "policy", ("what", "wrap"), ("paragraph", "wrap"))
    show_table("", columns, rows, empty="the policies can be used")


def _sum(one: PlanSum) -> tuple[str, ...]:
    why = _because(one.outcome_reason or one.reason)
    said = _what(one.verdict, one.outcome)
    what = why if why.startswith(said) else f"{said}: {why}" if why else said
    amounts = (kronor(one.open_ore), kronor(one.fee_ore), kronor(one.interest_ore))
    return (words(one.step), what, str(one.items), *amounts)


def _amounts(shown: Sequence[PlanItem] | Sequence[PlanSum]) -> tuple[Column, ...]:
    """Return the columns of amounts; that of compensation only where something is charged."""
    return (*_AMOUNTS, _COMPENSATION) if any(one.compensation_ore for one in shown) else _AMOUNTS


def _compensation(one: PlanItem | PlanSum, shown: Sequence[PlanItem] | Sequence[PlanSum]) -> tuple[str, ...]:
    return (kronor(one.compensation_ore),) if _COMPENSATION in _amounts(shown) else ()


def _because(reason: str) -> str:
    return reason.replace("_", " ")


def _what(verdict: str, outcome: str) -> str:
    named = {Verdict.TAKE: "to take", Verdict.LEAVE: "stopped", Verdict.LIST: "listed"}
    return words(outcome) or named[Verdict(verdict)]


def _selected(plan: Plan) -> str:
    chosen = {name: value if isinstance(value, str) else ", ".join(value) for name, value in plan.selection.items()}
    return "; ".join(f"{words(name)} {value}" for name, value in chosen.items()) or "everything"
