"""`hub documents`, `hub deliver`, `hub route`: documents that go to debtors, and the ways they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.archive_outcomes import as_accepted, end_by_archives, runs_of, show_taken, told_apart
from hub.cli.exit_codes import ExitCode
from hub.cli.file_outcomes import STOPPED, UNDER_WAY, exit_code_of_problem
from hub.cli.letter_commands import add_to as add_letters_to
from hub.cli.letter_commands import kind_of
from hub.cli.option_names import GIVEN_BY
from hub.cli.session import Session, command, kept_when_stopped
from hub.cli.showing import answer_json, kronor, minute, say, show_fields, show_table, state, words
from hub.cli.telling import Company, Remark, tell
from hub.errors import DataError
from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.documents import Document
from hub.model.dunning_plans import letters_of_plan
from hub.rules.delivery.route import Route, Verdict

if TYPE_CHECKING:
    from hub.model.runs import Run
    from hub.runtime.facade import Hub
    from hub.services.delivery import Acceptance

To = Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write.", dir_okay=False)]
LONGEST_NO = 16  # digits: what a database keeps as a whole number
DocumentNo = Annotated[int, typer.Argument(metavar="NO", help="The document's number, see: hub documents.")]


def register(app: typer.Typer) -> None:
    """Add the commands that stand by themselves."""
    command(app, "deliver")(deliver)
    command(app, "route")(route)


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Documents that go to debtors, and where each stands.")
    command(app, "list", is_default=True)(list_documents)
    command(app, "show")(show)
    command(app, "pdf")(pdf)
    command(app, "e-invoice")(e_invoice)
    command(app, "follow")(follow)
    command(app, "send", is_keyed=True)(send)
    command(app, "close", is_keyed=True)(close)
    command(app, "seen", is_keyed=True)(report_seen)
    add_letters_to(app)
    return app


def deliver(
    session: Session,
    files_or_numbers: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|NUMBER", help="JSON files of documents, archives of printed ones, or numbers of receivables."
        ),
    ],
    company: Company = "",
) -> None:
    """Send documents to debtors: from JSON files, archives of printed ones, or invoices of receivables of the hub.

    The same again sends nothing twice. One that cannot be right is refused with what to do, and holds no other; an
    archive that is damaged is refused as a whole.
    """
    files = [Path(given) for given in files_or_numbers if _is_file(given)]
    numbers = [given for given in files_or_numbers if Path(given) not in files]
    with kept_when_stopped("hub documents"), session.hub() as hub:
        archives = [file for file in files if hub.documents.is_archive(file)]
        taken = [hub.documents.deliver_archive(file, company=company) for file in archives]
        accepted = [one for file in files if file not in archives for one in hub.documents.deliver(file)]
        accepted += as_accepted(taken)
        if numbers:
            accepted += hub.documents.deliver_receivables(company, numbers)
        rows = _rows_of(hub, accepted)
        behind = hub.documents.runs_behind(list(rows))
    if session.as_json:
        told = [{**one._asdict(), **_standing(rows.get(one.document_no or 0))} for one in accepted]
        answer_json([*told, *told_apart(taken)])
    else:
        if accepted or not taken:  # of archives it is said what was in each
            _show_accepted(accepted, rows)
        show_taken(taken)
    _end_by(session, accepted, [*behind, *runs_of(taken)])
    end_by_archives(taken)


def _end_by(session: Session, accepted: Sequence[Acceptance], behind: Sequence[Run]) -> None:
    """Say what documents wait for, and end in the exit code of what a person has to do."""
    stopped = [run for run in behind if run.state in STOPPED]
    for run in stopped:
        say(f"run {run.run_id} {run.state}: {run.problem}; mend it, then: hub runs retry {run.run_id}")
    if stopped:
        raise typer.Exit(max(exit_code_of_problem(run.problem) for run in stopped))
    waiting = [run for run in behind if run.state in UNDER_WAY]
    if waiting:
        say(next((run.problem for run in waiting if run.problem), "") or session.why_queued())
    if any(one.problem for one in accepted):
        raise typer.Exit(ExitCode.DATA)
    if waiting:
        raise typer.Exit(ExitCode.WAITS)


def _rows_of(hub: Hub, accepted: Sequence[Acceptance]) -> dict[int, DocumentRow]:
    numbers = [one.document_no for one in accepted if one.document_no is not None]
    return {row.document_no: row for row in hub.documents.get_all(numbers)}


def _standing(row: DocumentRow | None) -> dict[str, Any]:
    return {} if row is None else {"state": row.state, "channel": row.channel, "reason": row.reason}


def _show_accepted(accepted: Sequence[Acceptance], rows: dict[int, DocumentRow]) -> None:
    shown = [_accepted_row(one, rows.get(one.document_no or 0)) for one in accepted]
    columns = (("document", "right"), ("number", "keep"), "kind", ("state", "keep"), "channel", ("why", "wrap"))
    show_table("", columns, shown, empty="there was no document in it")


def _accepted_row(one: Acceptance, row: DocumentRow | None) -> tuple[Any, ...]:
    if row is None or one.problem:
        return (str(one.document_no or ""), one.number or f"place {one.place}", "", state("refused"), "", one.problem)
    return (str(row.document_no), row.number, kind_of(row), state(row.state), row.channel, row.reason or one.warning)


def route(
    session: Session,
    given: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NO|NUMBER", help="A JSON file with one document, a document's no, or a receivable's number."
        ),
    ],
    plan: Annotated[bool, typer.Option("--plan", help="Say how it would go; nothing is sent.")] = False,
    company: Company = "",
) -> None:
    """Say which channel a document takes, and why no other one: asked now with --plan, else as it was taken."""
    with session.hub() as hub:
        document_no = _document_no(hub, given)
        if document_no is not None and not plan:
            _show_way(session, hub, document_no)
            return
        if not plan and given.isdecimal():
            raise DataError(
                f"there is no document with the no {given}; how a receivable's invoice would go: "
                f"hub route {given} --plan; what has been sent of it: hub documents list --number {given}"
            )
        found = _planned(hub, given, document_no, company)
    if session.as_json:
        answer_json(
            {
                "settled": found.settled,
                "held_by": found.held_by,
                "considered": [one._asdict() for one in found.considered],
            }
        )
        return
    _show_route(found)


def _planned(hub: Hub, given: str, document_no: int | None, company: str) -> Route:
    if document_no is not None:
        return hub.documents.plan(document_no)
    if _is_file(given):
        return hub.documents.plan(_one_document(Path(given)))
    return hub.documents.plan_receivable(company, given)


def _document_no(hub: Hub, given: str) -> int | None:
    """Return the no of a document that there is; a receivable's number may begin with a zero, and no `no` does."""
    is_one = given.isdecimal() and not given.startswith("0") and len(given) < LONGEST_NO
    return int(given) if is_one and hub.documents.get_all([int(given)]) else None


def _is_file(given: str) -> bool:
    """Say whether a file is meant, not a number. Raises BadParameter for a folder, or what can be read only once."""
    path = Path(given)
    if given == "-" or (path.exists() and not path.is_file() and not given.isdecimal()):
        why = "is a folder: give the files in it" if path.is_dir() else "is no file: write what it holds to one first"
        raise typer.BadParameter(f"{given} {why}")
    return path.is_file() or given.endswith((".json", ".zip"))


def _one_document(path: Path) -> Document:
    from hub.services.delivery.reading import one_document

    return one_document(path)


def _show_route(found: Route) -> None:
    rows = [(words(one.step), one.channel, words(one.verdict), kronor(one.price_ore, "SEK"), one.reason)
            for one in found.considered]  # fmt: skip
    columns = ("step", "channel", ("verdict", "keep"), ("price", "right"), ("why", "wrap"))
    show_table("", columns, rows, empty="no plugin that is turned on offers a channel for documents")
    taken = found.next
    if found.settled:
        say(found.settled)
    elif taken is None:
        say(f"a person has to see to it: {found.why_none}")
    elif taken.verdict is Verdict.TAKE:
        say(f"it goes by {taken.channel}: {taken.reason}")
    else:
        say(f"it waits for {taken.channel}: {taken.reason}")


def list_documents(
    session: Session,
    in_state: Annotated[DocumentState | None, typer.Option("--state", help="Those in one state.")] = None,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Those that a channel has.")] = "",
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help="Those of one number.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
) -> None:
    """List documents, newest first."""
    with session.hub() as hub:
        found = hub.documents.latest(state=in_state or "", channel=channel, number=number, limit=limit)
        passed_by = hub.documents.passed_by([row.document_no for row in found])
        counts = hub.documents.counts()
    if session.as_json:
        answer_json([{**_shown(row), "passed_by": passed_by.get(row.document_no, "")} for row in found])
        return
    rows = [
        (
            str(r.document_no),
            r.number,
            kind_of(r),
            state(r.state),
            r.channel,
            kronor(r.price_ore, "SEK"),
            r.reason or passed_by.get(r.document_no, ""),
        )
        for r in found
    ]
    columns = (
        ("no", "right"),
        ("number", "keep"),
        "kind",
        ("state", "keep"),
        "channel",
        ("price", "right"),
        ("why", "wrap"),
    )
    show_table("", columns, rows, empty=f"no document is {in_state}" if in_state else "nothing has been handed over")
    if len(found) == limit:
        say(", ".join(f"{count} {where} {by}".strip() for where, by, count, _ in counts))


def _shown(row: DocumentRow) -> dict[str, Any]:
    """Return a row without what its debtor is known by, which is mostly a person's number."""
    shown = {**row._asdict(), "copy_no": row.copy_no}
    return {name: value for name, value in shown.items() if name not in ("recipient_key", "debtor_number_key")}


def show(session: Session, number: DocumentNo) -> None:
    """Show one document: where it stands, and the channels that were looked at for it."""
    with session.hub() as hub:
        _show_way(session, hub, number)


def _show_way(session: Session, hub: Hub, number: int) -> None:
    row, steps, answers = hub.documents.show(number)
    if session.as_json:
        said = {"steps": [step._asdict() for step in steps], "answers": [answer._asdict() for answer in answers]}
        answer_json({**_shown(row), **said})
        return
    which = f", copy {row.copy_no}" if row.copy_no else ""
    show_fields(
        f"{words(row.kind)} {row.number}, version {row.version}{which}, company {row.company}",
        (
            ("document", str(row.document_no)),
            ("state", state(row.state)),
            ("why", row.reason),
            ("channel", row.channel),
            ("exchange", str(row.exchange_no or "")),
            ("price", kronor(row.price_ore, "SEK")),
            ("looked at again", f"{minute(row.due_at)} UTC" if row.due_at else ""),
            ("handed over", f"{minute(row.accepted_at)} UTC"),
            ("changed", f"{minute(row.changed_at)} UTC"),
            ("rendering", f"SHA-256 {row.pdf_sha256}" if row.pdf_sha256 else "not made yet"),
            ("e-invoice", f"SHA-256 {row.e_invoice_sha256}" if row.e_invoice_sha256 else "none"),
        ),
    )
    shown = [(step.channel, words(step.outcome), step.delivery_id, step.reason) for step in steps]
    columns = ("channel", ("outcome", "keep"), ("our id", "keep"), ("why", "wrap"))
    show_table("", columns, shown, empty="no channel has been looked at yet")
    if answers:
        told = [(words(one.kind), one.channel, one.answered_at or minute(one.came_at), one.reason) for one in answers]
        show_table("the buyer's answers", (("answer", "keep"), "channel", ("at", "keep"), ("why", "wrap")), told)


def pdf(session: Session, number: DocumentNo, to: To) -> None:
    """Write the one PDF of a document to a file."""
    with session.hub() as hub:
        _write_new(to, hub.documents.pdf(number))


def e_invoice(session: Session, number: DocumentNo, to: To) -> None:
    """Write a document as an e-invoice (XML) to a file."""
    with session.hub() as hub:
        _write_new(to, hub.documents.e_invoice(number))


def _write_new(to: Path, content: bytes) -> None:
    with to.open("xb") as file:
        file.write(content)
    say(f"written to {to}")


def follow(session: Session) -> None:
    """Ask channels now what became of documents that they had taken."""
    with session.hub() as hub:
        hub.documents.follow()
        counts = hub.documents.counts()
    if session.as_json:
        answer_json([{"state": s, "channel": c, "documents": n, "price_ore": p} for s, c, n, p in counts])
        return
    rows = [(state(s), c, str(n), kronor(p, "SEK")) for s, c, n, p in counts]
    show_table("", (("state", "keep"), "channel", ("documents", "right"), ("price", "right")), rows, empty="none yet")


def send(
    session: Session,
    number: DocumentNo,
    by: Annotated[str, typer.Option("--by", metavar="CHANNEL", help="By this channel, whatever the route says.")] = "",
    remark: Remark = "",
) -> None:
    """Send a document that waits for a person: by the route anew, or by one channel."""
    given_by = {**GIVEN_BY, "document_no": "NO", "channel": "--by"}
    with session.hub() as hub:
        tell(session, hub, "send_document", given_by, document_no=number, channel=by, remark=remark)


def close(session: Session, number: DocumentNo, remark: Remark = "") -> None:
    """Say that you have seen to a document: nothing more is sent of it."""
    given_by = {**GIVEN_BY, "document_no": "NO"}
    with session.hub() as hub:
        tell(session, hub, "close_document", given_by, document_no=number, remark=remark)


def report_seen(
    session: Session,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="TASK", help="Numbers of tasks, see: hub tasks.")
    ] = None,
    plan: Annotated[
        int | None, typer.Option("--plan", metavar="NO", help="All letters of a dunning run that were not delivered.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="A file with a task's number at the beginning of each line.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    remark: Remark = "",
) -> None:
    """Say that you have looked at reports that could not be read, or letters that could not be delivered."""
    tasks = [*(numbers or ()), *(task_numbers(file) if file is not None else ())]
    with session.hub() as hub:
        if len(tasks) == 1 and plan is None and file is None:
            tell(session, hub, "see_report", {**GIVEN_BY, "task_no": "TASK"}, task_no=tasks[0], remark=remark)
            return
        letters = "" if plan is None else letters_of_plan(plan)
        given_by = {**GIVEN_BY, "task_nos": "TASK", "letters": "--plan"}
        tell(session, hub, "see_reports", given_by, task_nos=tasks, letters=letters, remark=remark)


def task_numbers(file: Path) -> Iterator[int]:
    """Yield the numbers that lines of a file begin with; a heading and empty lines are passed over.

    Raises:
        DataError: a line begins with something else.
    """
    for at, line in enumerate(_read(file).splitlines(), 1):
        first = line.replace(";", ",").replace("\t", ",").split(",")[0].strip().strip('"')
        if first.isascii() and first.isdecimal() and len(first) <= LONGEST_NO:
            yield int(first)
        elif first and at > 1:
            raise DataError(f"{file.name}, line {at}: it does not begin with the number of a task; see: hub tasks")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError):
        raise DataError(f"{file.name} is no text in UTF-8: write a task's number on each line") from None
