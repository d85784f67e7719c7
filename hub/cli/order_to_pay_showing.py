"""How applications for orders to pay are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hub.cli.showing import kronor, say, show_fields, show_table, state, words

if TYPE_CHECKING:
    from hub.model.orders_to_pay import Hindrance, OrderClaim, OrderToPay
    from hub.runtime.facade_orders_to_pay import ShownOrder
    from hub.services.orders_to_pay.looking import Looked
    from hub.services.orders_to_pay.proposing import Proposal
    from hub.services.orders_to_pay.receiving import AuthorityReport
    from hub.services.ports import JsonObject

MOST_SHOWN = 20
_AMOUNTS = (("principal", "right"), ("collection", "right"), ("interest", "right"))


def show_orders(found: Iterable[OrderToPay]) -> None:
    """Show applications, a line each."""
    columns = (
        ("no", "right"), "company", "debtor", "state", "since", ("claimed", "right"), "filed", ("case", "keep"), "why",
    )  # fmt: skip
    rows = [
        (
            str(one.order_no), one.company, one.debtor_name, state(words(one.state)), one.state_since,
            kronor(one.claimed_ore), one.filed_on, one.case_no, one.why,
        )
        for one in found
    ]  # fmt: skip
    show_table("", columns, rows, empty="there is no application")


def show_proposal(found: Proposal) -> None:
    """Show what could be filed, and what not and why."""
    columns = ("company", "debtor", ("receivables", "keep"), ("principal", "right"), ("claimed", "right"), "made as")
    rows = [
        (
            one.company, one.debtor_name, ", ".join(one.receivables), kronor(one.principal_ore),
            kronor(one.claimed_ore), str(one.order_no or ""),
        )
        for one in found.applications
    ]  # fmt: skip
    show_table("", columns, rows, empty="nothing can be filed now")
    _show_others_owe([number for one in found.applications for number in one.others_owe])
    if found.left_out:
        left = [(one.company, one.number, words(one.code), one.text) for one in found.left_out[:MOST_SHOWN]]
        show_table("left out", ("company", ("receivable", "keep"), "why", ("what to do", "wrap")), left)
        counted = ", ".join(f"{count} {words(code)}" for code, count in sorted(found.counted.items()))
        say(f"left out: {counted}")


def _show_others_owe(numbers: Sequence[str]) -> None:
    if numbers:
        some = ", ".join(numbers[:MOST_SHOWN])
        say(f"a second person owes as well, whom no application names, since each is for one person: {some}")


def show_looked(looked: Looked) -> None:
    """Show what an application would be."""
    _show_claims(looked.asked)
    _show_others_owe(looked.others_owe)
    costs = looked.claimed_ore - sum(looked.sums.values())
    show_fields("", (("costs of the case", kronor(costs)), ("claimed", kronor(looked.claimed_ore))))
    _show_hindrances(looked.hindrances)
    if not looked.hindrances:
        say("nothing forbids it: hub orders-to-pay make")


def show_order(found: ShownOrder) -> None:
    """Show an application as it stands."""
    order, terms = found.order, found.order.terms
    fields = (
        ("application", str(order.order_no)),
        ("company", order.company),
        ("debtor", order.debtor_name),
        ("state", words(order.state)),
        ("since", order.state_since),
        ("why", order.why),
        ("made", f"{order.made_on} by {order.made_by}"),
        ("filed", order.filed_on),
        ("case", order.case_no),
        ("decided", order.decided_on),
        ("costs awarded", kronor(order.awarded_ore) if order.awarded_ore else ""),
        ("interest", f"{terms.interest} {terms.rate_percent}".strip()),
        ("counted to", order.counted_to),
        ("costs of the case", kronor(order.costs_ore)),
        ("claimed", kronor(order.claimed_ore)),
        ("enforcement", terms.enforcement),
        ("filer", order.filer or "on paper"),
    )
    show_fields("", fields)
    _show_claims(found.claims)
    steps = [
        (str(step.step_no), step.on_day, words(step.happening), words(step.state), step.told_by, step.text,
         kronor(step.amount_ore) if step.amount_ore else "", str(step.exchange_no or ""))
        for step in found.steps
    ]  # fmt: skip
    columns = (
        ("no", "right"),
        "day",
        "what",
        "state",
        "by",
        ("text", "wrap"),
        ("kronor", "right"),
        ("exchange", "right"),
    )
    show_table("what happened", columns, steps)
    _show_hindrances(found.hindrances)


def _show_claims(claims: Sequence[OrderClaim]) -> None:
    columns = (("no", "right"), "company", ("receivable", "keep"), "refers to", "due", "demand", *_AMOUNTS)
    rows = [
        (
            str(one.claim_no), one.company, one.number, one.refers_to, one.due_date, one.demand_pay_by,
            kronor(one.principal_ore), kronor(one.collection_ore), kronor(one.interest_ore),
        )
        for one in claims
    ]  # fmt: skip
    show_table("", columns, rows)


def _show_hindrances(found: Sequence[Hindrance]) -> None:
    if found:
        rows = [(one.number, words(one.code), one.text) for one in found]
        show_table("what forbids it", (("receivable", "keep"), "why", ("what to do", "wrap")), rows)


def show_results(answers: Iterable[JsonObject]) -> None:
    """Show what became of applications that were to be filed."""
    rows = [
        (str(one["order_no"]), state(words(one["state"])), kronor(one["claimed_ore"]), one["why"]) for one in answers
    ]
    show_table("", (("application", "right"), "state", ("claimed", "right"), ("why", "wrap")), rows)


def show_report(found: AuthorityReport) -> None:
    """Show what a file of the authority came to."""
    fields = (
        ("exchange", str(found.exchange_no)),
        ("state", found.state),
        ("told", str(found.told)),
        ("known before", str(found.known)),
    )
    show_fields("", fields)
    for problem in found.problems:
        say(problem, is_error=True)
