"""`hub attempts`: messages to the outside, and what a person says of those whose outcome is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, minute, say, show_fields, show_table, state
from hub.cli.telling import Remark, tell
from hub.model.attempts import Attempt, AttemptState, AttemptVerdict
from hub.rules.attempts import OPEN
from hub.rules.channel_rest import said

Number = Annotated[int, typer.Argument(metavar="NO", help="The attempt's number, see: hub attempts.")]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Messages to the outside, and where each stands.")
    command(app, "list", is_default=True)(list_attempts)
    command(app, "show")(show)
    command(app, "content")(content)
    command(app, "decide", is_keyed=True)(decide)
    return app


def list_attempts(
    session: Session,
    in_state: Annotated[AttemptState | None, typer.Option("--state", help="Those in one state.")] = None,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Those of one channel.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List attempts, newest first."""
    with session.hub() as hub:
        found = hub.attempts.latest(state=in_state or "", channel=channel, limit=limit)
        resting = hub.attempts.resting()
    if session.as_json:
        answer_json(found)
        return
    rows = [(str(a.attempt_no), a.channel, a.message, state(a.state), str(a.sends), _next(a), a.problem) for a in found]
    columns = (
        ("no", "right"),
        "channel",
        ("message", "keep"),
        ("state", "keep"),
        ("sent", "right"),
        ("not before", "keep"),
        ("why", "wrap"),
    )
    show_table("", columns, rows, empty=f"no attempt is {in_state}" if in_state else "nothing has been sent yet")
    for rest in resting:
        say(said(rest))


def show(session: Session, number: Number) -> None:
    """Show one attempt: what its channel promises, how often it was sent, and what the other side calls it."""
    with session.hub() as hub:
        attempt = hub.attempts.get(number)
    if session.as_json:
        answer_json(attempt)
        return
    show_fields(
        f"attempt {attempt.attempt_no}: {attempt.message}",
        (
            ("exchange", str(attempt.exchange_no)),
            ("channel", attempt.channel),
            ("promise", attempt.promise),
            ("state", state(attempt.state)),
            ("why", attempt.problem),
            ("sent", str(attempt.sends)),
            ("failed in a row", str(attempt.failures)),
            ("not before", _next(attempt)),
            ("changed", f"{minute(attempt.changed_at)} UTC"),
            ("external id", attempt.external_id),
            ("our key", attempt.key),
            ("batch", attempt.batch),
            ("bytes", f"SHA-256 {attempt.sha256}"),
        ),
    )


def content(
    session: Session,
    number: Number,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write.", dir_okay=False)],
) -> None:
    """Write the bytes of a message to a file, as they are sent."""
    with session.hub() as hub, to.open("xb") as file:
        file.write(hub.attempts.content(number))
    say(f"written to {to}")


def decide(
    session: Session,
    number: Number,
    verdict: Annotated[AttemptVerdict, typer.Argument(metavar="VERDICT", help="What you found out.")],
    external_id: Annotated[
        str, typer.Option("--external-id", metavar="ID", help="With delivered: what the other side calls it.")
    ] = "",
    remark: Remark = "",
) -> None:
    """Say what became of an unknown message: delivered, not_delivered (another channel may take it), or send_again."""
    given_by = {**GIVEN_BY, "attempt_no": "NO", "verdict": "VERDICT", "external_id": "--external-id"}
    with session.hub() as hub:
        tell(
            session,
            hub,
            "decide_attempt",
            given_by,
            attempt_no=number,
            verdict=verdict.value,
            external_id=external_id,
            remark=remark,
        )


def _next(attempt: Attempt) -> str:
    return f"{minute(attempt.next_at)} UTC" if attempt.state in OPEN and attempt.next_at else ""
