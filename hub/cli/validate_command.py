"""`hub validate`: whether e-invoices and answers to them keep the rules; needs no tenant and no home, keeps nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_fields, show_table
from hub.contracts import Judgement
from hub.contracts.inspectors import Severity
from hub.errors import DataError
from hub.model.counting import counted
from hub.runtime.judging import inspectors, judge_file, official_folder
from hub.services.payments.receiving import describe, plain_name

SHOWN = 100

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Documents, as XML; `-` reads the standard input.", show_default=False),
]
Referee = Annotated[
    bool, typer.Option("--referee", help="Ask the official rules too, and tell where they say something else.")
]
Official = Annotated[
    Path | None,
    typer.Option("--official", metavar="FOLDER", help="Folder of the official rules; else HUB_OFFICIAL_RULES."),
]


Layer = Annotated[
    str,
    typer.Option(
        "--layer", metavar="NAMES", help="Judge by these layers alone, such as xsd,en16931.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "validate")(validate)


def validate(
    session: Session, files: Files, referee: Referee = False, official: Official = None, layer: Layer = ""
) -> None:
    """Judge documents by the rules of their format. Ends in 1 when one breaks a fatal rule or cannot be judged.

    With --json: one object for one file, a list for several.
    """
    folder = official_folder(official) if referee or official else None
    layers = [name for each in layer.split(",") if (name := each.strip())]
    judges = inspectors()
    told: list[dict[str, Any]] = []
    for file in files:
        try:
            told.append(_told(file, judge_file(file, judges, official=folder, layers=layers)))
        except DataError as error:
            told.append({"file": plain_name(file.name), "fit": False, "error": describe(error)})
    if session.as_json:
        answer_json(told if len(files) > 1 else told[0])
    else:
        for one in told:
            _show(one)
    if not all(one["fit"] and not one.get("differences") for one in told):
        raise typer.Exit(ExitCode.DATA)


def _told(file: Path, judgement: Judgement) -> dict[str, Any]:
    differences = judgement.differences
    not_compared = judgement.not_compared
    return {
        "file": plain_name(file.name),
        "format": judgement.format,
        "rules": judgement.rules,
        "layers": list(judgement.layers),
        "fit": judgement.is_fit,
        "findings": [finding._asdict() for finding in judgement.findings],
        **({} if differences is None else {"differences": [one._asdict() for one in differences]}),
        **({"not_compared": not_compared} if not_compared else {}),
    }


def _show(one: dict[str, Any]) -> None:
    if "error" in one:
        say(f"{one['file']}: {one['error']['code']}: {one['error']['message']}", is_error=True)
        return
    findings = one["findings"]
    fatal = sum(finding["severity"] == Severity.FATAL for finding in findings)
    said = {True: "fit to be sent", False: f"will be refused: {fatal} fatal"}[one["fit"]]
    warned = f", {counted(len(findings) - fatal, 'warning')}" if len(findings) > fatal else ""
    fields = [("format", one["format"]), ("rules", one["rules"]), ("judgement", f"{said}{warned}")]
    fields += [("official rules", _of_referee(one))]
    show_fields(one["file"], fields)
    columns = (("rule", "keep"), ("severity", "keep"), ("where", "wrap"), ("what to change", "wrap"))
    rows = [(f["rule"], str(f["severity"]), f["location"], f["message"]) for f in findings[:SHOWN]]
    if rows:
        show_table(f"findings ({len(rows)} of {len(findings)})", columns, rows)
    if one.get("differences"):
        _show_differences(one["differences"])


def _of_referee(told: dict[str, Any]) -> str:
    """Return what came of asking the official rules, blank when they were not asked for."""
    if told.get("not_compared"):
        return f"not compared: {told['not_compared']}"
    if "differences" not in told:
        return ""
    return "they differ" if told["differences"] else "they say the same"


def _show_differences(differences: list[dict[str, Any]]) -> None:
    rows = [(one["rule"], str(one["ours"]), str(one["theirs"])) for one in differences]
    columns = (("rule", "keep"), ("ours", "right"), ("official", "right"))
    show_table("differences from the official rules", columns, rows)
