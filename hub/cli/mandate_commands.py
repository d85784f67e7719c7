"""`hub mandates`: mandates for direct debits, registered, answered, ended, and proved against the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields, show_table, state, words
from hub.cli.telling import Remark, tell
from hub.model.mandates import MandateState

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.model.mandates import Mandate, StepOf
    from hub.runtime.facade_mandates import ShownMandate

Company = Annotated[str, typer.Option("--company", metavar="NUMBER", help="One company alone.")]
MandateNo = Annotated[int, typer.Argument(metavar="NO", min=1, help="The mandate's number, see: hub mandates list.")]
Debtor = Annotated[str, typer.Option("--debtor", metavar="NUMBER", help="The debtor's number in the core ledger.")]
System = Annotated[str, typer.Option("--system", metavar="NAME", help="Whose number it is; left out: any system's.")]
MOST_SHOWN = 50
NAMED = {
    **GIVEN_BY,
    "mandate_no": "NO",
    "debtor_number": "--debtor",
    "source_system": "--system",
    "payer_number": "--payer-number",
    "payer_account": "--account",
    "payer_identity": "--identity",
    "payer_name": "--name",
}


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Mandates for direct debits (medgivanden).")
    command(app, "list", is_default=True)(list_mandates)
    command(app, "show")(show)
    command(app, "register", is_keyed=True)(register_mandate)
    command(app, "cancel", is_keyed=True)(cancel)
    command(app, "change", is_keyed=True)(change)
    command(app, "approve", is_keyed=True)(approve)
    command(app, "reject", is_keyed=True)(reject)
    command(app, "proof", is_keyed=True)(proof)
    return app


def list_mandates(
    session: Session,
    company: Company = "",
    in_state: Annotated[MandateState | None, typer.Option("--state", help="Those in one state.")] = None,
    search: Annotated[str, typer.Option("--number", metavar="NUMBER", help="A payer's or a debtor's number.")] = "",
    before: Annotated[int | None, typer.Option("--before", metavar="NO", help="Those with lower numbers.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = MOST_SHOWN,
) -> None:
    """List mandates, newest first."""
    with session.hub() as hub:
        found = hub.mandates.latest(company=company, state=in_state or "", search=search, before=before, limit=limit)
    if session.as_json:
        answer_json(found)
        return
    columns: Sequence[Column] = (("mandate", "right"), "company", ("debtor", "keep"), "state", "via", "since", "why")
    show_table("", columns, [_row(one) for one in found], empty="there is no such mandate")


def _row(one: Mandate) -> Sequence[object]:
    why = words(one.reason)
    return (str(one.mandate_no), one.company, one.link, state(one.state), words(one.via), one.changed_at[:10], why)


def show(session: Session, number: MandateNo) -> None:
    """Show a mandate, its latest requests and its history."""
    with session.hub() as hub:
        found = hub.mandates.show(number)
    answer_json(found) if session.as_json else _show(found)


def _show(found: ShownMandate) -> None:
    one = found.mandate
    fields: list[tuple[str, Any]] = [
        ("mandate", str(one.mandate_no)),
        ("company", one.company),
        ("debtor", one.link),
        ("source system", one.source_system),
        ("state", state(one.state)),
        ("why", words(one.reason)),
        ("via", words(one.via)),
        ("made", one.made_at[:10]),
    ]
    show_fields("", fields)
    rows = [
        (str(q.request_no), q.on_date, kronor(q.amount_ore), state(q.state), words(q.reason)) for q in found.requests
    ]
    if rows:
        show_table("requests", (("request", "right"), "drawn on", ("amount", "right"), "state", "why"), rows)
    show_history(found.history)


def show_history(history: Sequence[StepOf]) -> None:
    """Show what happened to a mandate or a request."""
    rows = [(one.at[:16], state(one.state), words(one.what), str(one.exchange_no or ""), one.user) for one in history]
    show_table("history", ("at", "state", ("what", "wrap"), ("exchange", "right"), "user"), rows)


def register_mandate(
    session: Session,
    company: Annotated[str, typer.Option("--company", metavar="NUMBER", help="Who collects.")],
    debtor: Debtor = "",
    system: System = "",
    account: Annotated[str, typer.Option("--account", metavar="NUMBER", help="Clearing and account number.")] = "",
    identity: Annotated[str, typer.Option("--identity", metavar="NUMBER", help="Of who has the account.")] = "",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Of who has the account.")] = "",
    payer_number: Annotated[
        str, typer.Option("--payer-number", metavar="NUMBER", help="Left out: made by the settings.")
    ] = "",
    is_registered: Annotated[bool, typer.Option("--registered", help="The clearing house has it already.")] = False,
) -> None:
    """Register a mandate that a payer has signed; the next file asks the clearing house for it."""
    with session.hub() as hub:
        tell(
            session,
            hub,
            "register_mandate",
            NAMED,
            company=company,
            debtor_number=debtor,
            source_system=system,
            payer_number=payer_number,
            payer_account=account,
            payer_identity=identity,
            payer_name=name,
            is_registered=is_registered,
        )


def cancel(session: Session, number: MandateNo, remark: Remark = "") -> None:
    """End a mandate."""
    with session.hub() as hub:
        tell(session, hub, "cancel_mandate", NAMED, mandate_no=number, remark=remark)


def change(
    session: Session,
    number: MandateNo,
    payer_number: Annotated[str, typer.Option("--payer-number", metavar="NUMBER", help="The new one.")],
) -> None:
    """Give a mandate another payer number."""
    with session.hub() as hub:
        tell(session, hub, "change_payer_number", NAMED, mandate_no=number, payer_number=payer_number)


def approve(session: Session, number: MandateNo, debtor: Debtor = "", system: System = "", remark: Remark = "") -> None:
    """Approve a mandate that was asked for in the internet bank."""
    told = {"debtor_number": debtor, "source_system": system, "remark": remark}
    with session.hub() as hub:
        tell(session, hub, "answer_mandate", NAMED, mandate_no=number, approve=True, **told)


def reject(session: Session, number: MandateNo, remark: Remark = "") -> None:
    """Reject a mandate that was asked for in the internet bank."""
    with session.hub() as hub:
        tell(session, hub, "answer_mandate", NAMED, mandate_no=number, approve=False, remark=remark)


def proof(
    session: Session,
    company: Company = "",
    takes_over: Annotated[
        bool, typer.Option("--adopt", help="Take the register over: ours become as it says.")
    ] = False,
) -> None:
    """Compare our mandates with the clearing house's latest register; exit code 6 when they differ."""
    with session.hub() as hub:
        mended = hub.mandates.adopt(company, user=session.body("proof")["user"]) if takes_over else {}
        known, found = hub.mandates.registers(), hub.mandates.proof(company)
    if session.as_json:
        answer_json({"registers": known, "differences": found, "adopted": mended})
    else:
        for what, count in sorted(mended.items()):
            say(f"{count} {words(what)}: taken over")
        for number, _, exchange_no, made_on in known:
            say(f"company {number}: the register of exchange {exchange_no}{f', of {made_on}' if made_on else ''}")
        rows = [(one.company, words(one.what), state(one.ours), state(one.theirs)) for one in found[:MOST_SHOWN]]
        empty = "no difference" if known else "no register has come yet: receive one, then look again"
        show_table("", ("company", "what", "ours", "theirs"), rows, empty=empty)
        if len(found) > MOST_SHOWN:
            say(f"{len(found)} differences; the first {MOST_SHOWN} are shown, --json has all, with payer numbers")
    if found:
        raise typer.Exit(ExitCode.BOOKS)
