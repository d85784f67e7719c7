"""`hub inspect`: what a file says; needs no tenant and no home, and keeps nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import Amounts, as_data, by_currency, minute, say, show_fields, show_table, words
from hub.money import format_kronor
from hub.runtime.inspecting import inspect_file
from hub.services.payments.inspecting import FileInspector, Inspection
from hub.services.payments.receiving import plain_name

SHOWN = 20
BALANCE_DIFFERS = "BALANCE_DIFFERS"  # the warning of a reader that takes a statement whose balances do not add up

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Files.", exists=True, dir_okay=False, show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "inspect")(inspect)


def inspect(
    session: Session,
    files: Files,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, metavar="N", help=f"At most so many entries; else {SHOWN}, with --json all."),
    ] = None,
    seal_key: Annotated[
        str,
        typer.Option("--seal-key", metavar="KEY", help="Key of a sealed file: env:NAME, file:PATH, or the key itself."),
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what can be read although damaged, such as titles above records.")
    ] = False,
    show_personal: Annotated[bool, typer.Option("--show-personal", help="Personal identity numbers in full.")] = False,
) -> None:
    """Say what files hold, and whether all their controls agree. Ends in 1 when one cannot be read whole.

    With --json: one object for one file, a list for several.
    """
    is_list = len(files) > 1
    all_ok = True
    for index, file in enumerate(files):
        inspector = inspect_file(file, show_personal=show_personal, seal_key=seal_key, strict=strict)
        all_ok &= inspector.inspection.ok
        if session.as_json:
            _write("[\n" if is_list and not index else ",\n" if is_list else "")
            _answer(file, inspector, limit)
        else:
            _show(file, inspector, SHOWN if limit is None else limit)
    if session.as_json:
        _write("]\n" if is_list else "")
    if not all_ok:
        raise typer.Exit(ExitCode.DATA)


# --- as JSON ---------------------------------------------------------------------------------------------------------


def _answer(file: Path, inspector: FileInspector, limit: int | None) -> None:
    """Write one object; its entries go out one by one, so that a large file needs no memory."""
    head = json.dumps({"file": plain_name(file.name), **inspector.inspection.as_json()}, ensure_ascii=False, indent=2)
    _write(head.removesuffix("\n}") + ',\n  "items": [')
    _write_items(islice(inspector.items(), limit))
    _write("]\n}\n")


def _write_items(items: Iterable[dict[str, Any]]) -> None:
    divider = "\n    "
    for item in items:
        _write(divider + json.dumps(as_data(item), ensure_ascii=False))
        divider = ",\n    "


def _write(text: str) -> None:
    sys.stdout.write(text)


# --- for people ------------------------------------------------------------------------------------------------------


def _show(file: Path, inspector: FileInspector, limit: int) -> None:
    found = inspector.inspection
    show_fields(plain_name(file.name), _fields(found))
    for problem in found.errors:
        say(f"{problem['code']}: {_place(problem)}{problem['message']}", is_error=True)
    for warning in found.warnings[:SHOWN]:
        say(f"{warning['code']}: {_place(warning)}{warning['message']}")
    _show_records(found)
    if not found.ok:
        return
    amounts = Amounts(_currencies(found))
    _show_sections(found, amounts)
    _show_balances(found, amounts)
    rows = [_row(item, amounts) for item in islice(inspector.items(), limit)]
    if rows:
        columns = (("line", "right"), "what", ("booked", "keep"), "reference", "payer", (amounts.heading, "right"))
        show_table(f"entries ({len(rows)} of {found.entries})", columns, rows)


def _currencies(found: Inspection) -> set[str]:
    stated = {currency for sums in (found.net_ore, found.credit_ore, found.debit_ore) for currency in sums}
    return stated | {balance["currency"] for balance in found.balances}


def _fields(found: Inspection) -> list[tuple[str, Any]]:
    return [
        ("format", f"{found.format}{' (marked as test)' if found.is_test else ''}"),
        *_described(found),
        ("whole", _whole(found)),
        ("made", minute(found.created_at)),
        ("payments", str(found.payments)),
        ("deductions", str(found.deductions) if found.deductions else ""),
        ("reversals", str(found.reversals) if found.reversals else ""),
        ("other entries", str(found.other_entries) if found.other_entries else ""),
        ("net", by_currency(found.net_ore)),
        ("all credit", by_currency(found.credit_ore)),
        ("all debit", by_currency(found.debit_ore) if found.debit_ore else ""),
    ]


def _described(found: Inspection) -> list[tuple[str, Any]]:
    described = found.description
    if described is None:
        return []
    direction = words(described.direction)
    return [("layout", described.layout), ("direction", direction), ("seal", str(described.seal))]


def _show_records(found: Inspection) -> None:
    described = found.description
    if described is None:
        return
    sums = described.sum_ore
    rows = [
        (code, str(count), format_kronor(sums[code]) if code in sums else "")
        for code, count in sorted(described.records.items())
    ]
    show_table("records", ("record", ("how many", "right"), ("kronor", "right")), rows)


def _whole(found: Inspection) -> str | Text:
    if not found.ok:
        return Text("no, see the error", style="red")
    if any(warning["code"] == BALANCE_DIFFERS for warning in found.warnings):
        return Text("yes, but a stated balance differs: see the warning", style="yellow")
    return "yes, all controls agree"


def _place(problem: dict[str, Any]) -> str:
    parts = [f"{name} {problem[name]}" for name in ("line", "record", "field") if problem.get(name)]
    return f"{', '.join(parts)}: " if parts else ""


def _show_sections(found: Inspection, amounts: Amounts) -> None:
    rows = [
        (
            section["account"],
            section["level"],
            section["booked_date"] or "",
            section["serial"] or section["identity"],
            str(section["payments"] + section["deductions"]),
            "" if section["net_ore"] is None else amounts.write(section["net_ore"], section["currency"]),
        )
        for section in found.sections[:SHOWN]
    ]
    columns = (
        ("account", "keep"),
        ("level", "wrap"),
        ("booked", "keep"),
        ("serial", "wrap"),
        ("payments", "right"),
        (amounts.heading, "right"),
    )
    show_table(f"sections ({len(rows)} of {len(found.sections)})", columns, rows)


def _show_balances(found: Inspection, amounts: Amounts) -> None:
    rows = [
        (b["kind"], b["on_date"] or "", amounts.write(b["amount_ore"], b["currency"])) for b in found.balances[:SHOWN]
    ]
    if rows:
        show_table("balances", ("balance", ("on", "keep"), (amounts.heading, "right")), rows)


def _row(item: dict[str, Any], amounts: Amounts) -> tuple[Any, ...]:
    payer = (item.get("payer") or {}).get("name", "")
    named = item.get("reference") or ", ".join(part["reference"] for part in item.get("parts", ()))
    reference = named or " ".join(item.get("texts", ())) or ", ".join(item.get("references", ()))
    sign = -1 if item["kind"] in ("deduction", "reversal") and not item.get("is_credit") else 1
    what = words(item["kind"] if item["kind"] != "other_entry" else item["why"])
    return (
        str(item["line"]),
        what,
        item["booked_date"] or "",
        reference,
        payer,
        amounts.write(sign * item["amount_ore"], item["currency"]),
    )
