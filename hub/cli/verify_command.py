"""`hub verify`: proves that the books agree with themselves, and that every file is kept as it came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, as_data, kronor, progress_bar, say, show_table
from hub.errors import RuleViolation
from hub.model.counting import counted
from hub.model.verification import CheckResult, Verification

if TYPE_CHECKING:
    from hub.cli.showing import Column
    from hub.runtime.facade import Hub

NoBytes = Annotated[bool, typer.Option("--no-bytes", help="Leave out the bytes of the files: the books alone.")]

_COLUMNS: Sequence[Column] = (
    ("code", "keep"),
    ("where", "keep"),
    ("what", "wrap"),
    ("differs by", "right"),
    ("what to do", "wrap"),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "verify")(verify)


def verify(
    session: Session,
    all_tenants: Annotated[
        bool, typer.Option("--all-tenants", help="Every tenant of the home and of its database.")
    ] = False,
    no_bytes: NoBytes = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the open items anew from the entries, if nothing else is wrong.")
    ] = False,
) -> None:
    """Prove the books, from one state of the database while others work; then every byte that was kept.

    Ends in 6 when something is not as it must be.
    """
    from hub.runtime.facade_books import verify_all  # here: it loads the database library

    if all_tenants and (rebuild or session.tenant):
        raise typer.BadParameter("--all-tenants stands alone: rebuild one tenant at a time, by --tenant")
    with progress_bar("verifying", is_quiet=session.as_json) as bar:
        if all_tenants:
            rebuilding, proofs = _NOT_ASKED, verify_all(session.home, with_bytes=not no_bytes, progress=bar)
        else:
            with session.hub() as hub:
                rebuilding = _rebuild(hub, session.wait) if rebuild else _NOT_ASKED
                proofs = [hub.books.verify(with_bytes=not no_bytes, progress=bar)]
    if session.as_json:
        told = {name: value for name, value in rebuilding._asdict().items() if value is not None}
        answer_json({**proofs_as_data(proofs), **told})
    else:
        _show_rebuilt(rebuilding)
        show_proofs(proofs)
    end_by(proofs)


class _Rebuilding(NamedTuple):
    """What became of the open items: made anew, or why they were not."""

    rebuilt: CheckResult | None = None
    not_rebuilt: str | None = None


_NOT_ASKED = _Rebuilding()


def _rebuild(hub: Hub, wait_s: float) -> _Rebuilding:
    try:
        return _Rebuilding(hub.books.rebuild_open_items(timeout_s=wait_s))
    except RuleViolation as error:
        return _Rebuilding(not_rebuilt=str(error))


def _show_rebuilt(rebuilding: _Rebuilding) -> None:
    if rebuilding.not_rebuilt is not None:
        say(rebuilding.not_rebuilt)
    rebuilt = rebuilding.rebuilt
    if rebuilt is None:
        return
    show_table(
        "open items made anew from the entries",
        (("receivable", "keep"), ("what was wrong", "wrap"), ("differed by", "right")),
        [(f.place, f.what, kronor(f.difference_ore or 0, f.currency)) for f in rebuilt.findings],
        empty="the open items are made anew; none differed",
    )
    _say_how_many_more(rebuilt)


def show_proofs(proofs: Iterable[Verification]) -> None:
    """Show what was found, and say what was proved."""
    for proof in proofs:
        rows = [
            (f.code, f.place, f.what, _difference(f.difference_ore, f.currency), f.what_to_do) for f in proof.findings
        ]
        looked_at = f"{proof.tenant}: {counted(len(proof.results), 'check')}"
        show_table(proof.tenant, _COLUMNS, rows, empty=f"{looked_at}, nothing found: the books agree")
        for result in proof.results:
            _say_how_many_more(result)
        for remark in proof.remarks:
            say(f"{proof.tenant}: {remark}")


def _difference(amount_ore: int | None, currency: str) -> str:
    return "" if amount_ore is None else kronor(amount_ore, currency)


def _say_how_many_more(result: CheckResult) -> None:
    more = result.found - len(result.findings)
    if more:
        say(f"{result.code}: {more} more; all {result.found} differ by {kronor(result.difference_ore)} together")


def proofs_as_data(proofs: Sequence[Verification]) -> dict[str, Any]:
    """Return what `--json` answers."""
    tenants = [{"clean": proof.is_clean, **as_data(proof)} for proof in proofs]
    return {"clean": all(proof.is_clean for proof in proofs), "tenants": tenants}


def end_by(proofs: Iterable[Verification]) -> None:
    """End in the exit code for books that do not agree, when some do not."""
    if not all(proof.is_clean for proof in proofs):
        raise typer.Exit(ExitCode.BOOKS)
