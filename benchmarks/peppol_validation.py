"""Judging an invoice: our judge against the official rules in saxonche, compiled and warm, in one run.

`compare` takes the sides in turn, each in a process of its own: what a document costs when the rules are loaded, what a
whole process costs that judges one, and how much memory either takes. Theirs is the least that gives an answer: the
document is parsed once, both stylesheets (EN 16931 and Peppol) run, and the findings of the reports are counted. With
the layer `xsd` theirs is lxml with the official schema. Both sides must find equally much, or there is no figure.

python benchmarks/peppol_validation.py compare --official ../shared/artefacts/peppol \
    --samples ../shared/samples/peppol --save peppol-validation
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from comparing import circumstances, keep_compiled, save
from measuring import Figure, medians, ratios_by_pair, run_once

ROOT = Path(__file__).parents[1]
OWN = ROOT / "plugins" / "peppol" / "tests" / "samples" / "bis3-invoice.xml"
PUBLISHED = ("bis3-examples/base-example.xml", "en16931-testfiles/BIS_Billing_30-Telefoni.xml")
SIDES = ("ours", "theirs")
RULES = ("en16931", "peppol")
STYLESHEETS = ("CEN-EN16931-UBL.xslt", "PEPPOL-EN16931-UBL.xslt")
SCHEMA = "UBL-Invoice-2.1.xsd"
LINES = 1000
SECONDS_PER_DOCUMENT = 1.0

Judge = Callable[[bytes], int]


def ours(layers: Sequence[str], _official: Path) -> Judge:
    """Return our judge: document to number of findings."""
    from datetime import date

    from hub_peppol import validate

    return lambda document: len(validate(document, layers, on=date(2026, 11, 2)).findings)


def theirs(layers: Sequence[str], official: Path) -> Judge:
    """Return the official rules: document to number of findings; what the schema refuses counts as one."""
    import saxonche
    from lxml import etree

    processor = saxonche.PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    chosen = [sheet for layer, sheet in zip(RULES, STYLESHEETS, strict=True) if layer in layers]
    sheets = [compiler.compile_stylesheet(stylesheet_file=str(next(official.rglob(sheet)))) for sheet in chosen]
    schema = etree.XMLSchema(etree.parse(str(next(official.rglob(SCHEMA))))) if "xsd" in layers else None

    def judge(document: bytes) -> int:
        refused = schema is not None and not schema.validate(etree.fromstring(document))
        node = processor.parse_xml(xml_text=document.decode())
        reports = [sheet.transform_to_string(xdm_node=node) for sheet in sheets]
        return sum(report.count("<svrl:failed-assert") for report in reports) + refused

    return judge


def run_warm(side: str, files: Sequence[Path], layers: Sequence[str], official: Path) -> dict[str, Any]:
    """Return milliseconds of each document when the rules are warm, what it took to start, and the peak memory."""
    documents = {file.stem: file.read_bytes() for file in files}
    began_s = time.perf_counter()
    judge = (ours if side == "ours" else theirs)(layers, official)
    judge(documents[files[0].stem])
    started_s = time.perf_counter() - began_s
    each = {name: _time_of(judge, document) for name, document in documents.items()}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"documents": each, "start_s": round(started_s, 3), "peak_mib": round(peak_mib, 1)}


def _time_of(judge: Judge, document: bytes) -> dict[str, float]:
    findings = [judge(document) for _ in range(3)][-1]
    walls: list[float] = []
    cpus: list[float] = []
    ends_s = time.perf_counter() + SECONDS_PER_DOCUMENT
    while not walls or time.perf_counter() < ends_s:
        wall_from_s, cpu_from_s = time.perf_counter(), time.process_time()
        judge(document)
        walls.append(time.perf_counter() - wall_from_s)
        cpus.append(time.process_time() - cpu_from_s)
    return {"wall_ms": 1000 * median(walls), "cpu_ms": 1000 * sum(cpus) / len(cpus), "findings": findings}


def run_cold(side: str, file: Path, layers: Sequence[str], official: Path) -> int:
    """Judge one document, as a command does that is started for it."""
    return (ours if side == "ours" else theirs)(layers, official)(file.read_bytes())


def long_invoice(lines: int) -> bytes:
    """Return our sample with so many lines, all alike; it adds up."""
    text = OWN.read_text("utf-8")
    begin = text.rindex("  <cac:InvoiceLine>")
    end = text.index("</Invoice>")
    line = text[begin:end]
    more = "".join(line.replace("<cbc:ID>2</cbc:ID>", f"<cbc:ID>{number}</cbc:ID>") for number in range(2, lines + 1))
    water, vat = 200 * (lines - 1), 24 * (lines - 1)
    for was, becomes in (
        (">200.00</cbc:TaxableAmount>", f">{water}.00</cbc:TaxableAmount>"),
        (">24.00</cbc:TaxAmount>", f">{vat}.00</cbc:TaxAmount>"),
        (">261.50<", f">{vat + 237}.50<"),
        (">1200.00</cbc:LineExtensionAmount>", f">{water + 1000}.00</cbc:LineExtensionAmount>"),
        (">1150.00<", f">{water + 950}.00<"),
        (">1411.50<", f">{water + vat + 1187}.50<"),
        (">1312.00<", f">{water + vat + 1088}.00<"),
    ):
        text = text.replace(was, becomes)
    begin = text.rindex("  <cac:InvoiceLine>")
    return (text[:begin] + more + "</Invoice>\n").encode()


def compare(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Take the sides in turn, warm and cold, and return figures and the medians of the ratios."""
    made = folder / "thousand-lines.xml"
    made.write_bytes(long_invoice(LINES))
    published = [args.samples / name for name in PUBLISHED] if args.samples else []
    files = [file for file in published if file.exists()] or [OWN]
    warm: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    cold: dict[str, list[Figure]] = {side: [] for side in SIDES}
    for _ in range(args.rounds):
        for side in SIDES:
            warm[side].append(json.loads(run_once(_command("warm", side, args, *files, made)).answer))
            cold[side].append(run_once(_command("cold", side, args, files[0])))
    return {
        "layers": args.layers,
        "rounds": args.rounds,
        "warm": {file.stem: _warm_row(file.stem, warm) for file in (*files, made)},
        "peak_mib": {side: median(one["peak_mib"] for one in warm[side]) for side in SIDES},
        "cold": {side: medians(cold[side]) for side in SIDES},
        "cold_ratio": ratios_by_pair(cold["theirs"], cold["ours"]),
    }


def _command(what: str, side: str, args: argparse.Namespace, *files: Path) -> list[str]:
    options = ["--official", str(args.official), "--layers", *args.layers]
    return [sys.executable, __file__, what, "--side", side, *options, "--files", *map(str, files)]


def _warm_row(name: str, warm: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    rows = {side: [one["documents"][name] for one in warm[side]] for side in SIDES}
    if len({row["findings"] for side in SIDES for row in rows[side]}) != 1:
        raise SystemExit(f"the two sides found differently much in {name}: no figure")
    pairs = list(zip(rows["theirs"], rows["ours"], strict=True))
    return {
        **{f"{side}_{unit}": round(median(row[unit] for row in rows[side]), 2) for side in SIDES for unit in _UNITS},
        "findings": rows["ours"][0]["findings"],
        "times_faster": {unit: round(median(a[unit] / b[unit] for a, b in pairs), 1) for unit in _UNITS},
    }


_UNITS = ("wall_ms", "cpu_ms")


def main() -> None:
    """Run one side, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("compare", "warm", "cold"))
    parser.add_argument("--official", type=Path, required=True)
    parser.add_argument("--samples", type=Path)
    parser.add_argument("--layers", nargs="+", default=list(RULES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--files", nargs="+", type=Path)
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    args = parser.parse_args()
    if args.what == "warm":
        print(json.dumps(run_warm(args.side, args.files, args.layers, args.official)))
    elif args.what == "cold":
        print(run_cold(args.side, args.files[0], args.layers, args.official))
    else:
        with tempfile.TemporaryDirectory() as folder:
            keep_compiled(Path(folder))
            result = {**circumstances(), **compare(args, Path(folder))}
        print(json.dumps(result, indent=1))
        save(result, args.save)


if __name__ == "__main__":
    main()
