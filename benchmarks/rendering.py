"""Invoices a second: ours from document to PDF, to typst alone with the same template and what it is given ready.

`compare` writes what the template is given for each invoice into a file, and then takes the sides in turn, each in a
process of its own. Both compile the same pages with the same fonts, standards and date, after one that is not counted;
every invoice differs in number, reference, name and amounts, and both must make the same bytes. The bare side reads no
document and writes no figure: it is typst and the loop around it. `steps` says where our part of the time goes.

python benchmarks/rendering.py compare --invoices 300 --save rendering
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from comparing import circumstances, save

if TYPE_CHECKING:
    from hub.model.company import Company
    from hub.model.documents import Document

ROOT = Path(__file__).parents[1]
ROOM = ROOT / "hub" / "rendering"
SIDES = ("ours", "bare")
ISSUED = "2026-11-02"


def company() -> Company:
    """Return the sender, with a logo drawn here."""
    from hub.model.company import Company
    from hub.testing.example_tenant import company_settings

    letterhead = {"street": "Kraftgatan 1", "postal_code": "60216", "city": "Nordvik", "email": "post@nordvik.example"}
    terms = {"sv": "Efter förfallodagen tas dröjsmålsränta ut enligt räntelagen."}
    return Company.model_validate(company_settings(letterhead={**letterhead, "terms": terms}))


def documents(count: int, lines: int) -> Iterator[Document]:
    """Yield invoices of so many lines, none like another."""
    from hub.identifiers.ocr_reference import with_length_and_check_digit
    from hub.model.documents import Document

    for number in range(count):
        line = {"quantity": "2", "unit": "HUR", "price": f"{100 + number}", "amount": f"{200 + 2 * number}"}
        yield Document.model_validate(
            {
                "number": f"{10**8 + number}",
                "issue_date": ISSUED,
                "due_date": "2026-12-02",
                "debtor": {
                    "name": f"Tolvan Tolvansson {number}",
                    "address": {"street": f"Exempelgatan {number}", "postal_code": "60216", "city": "Nordvik"},
                },
                "reference": with_length_and_check_digit(f"{10**8 + number}"),
                "lines": [{**line, "text": f"Arbete på plats, vecka {week}"} for week in range(1, lines + 1)],
            }
        )


def ours(count: int, lines: int, _prepared: Path) -> Iterator[Callable[[], bytes]]:
    """Yield the rendering of each invoice by the hub."""
    from hub.rendering import Renderer

    renderer = Renderer(company(), home=ROOT)
    for document in documents(count, lines):
        yield lambda document=document: renderer.render(document)


def bare(_count: int, _lines: int, prepared: Path) -> Iterator[Callable[[], bytes]]:
    """Yield the compilation of each prepared invoice by typst."""
    import typst

    template = ROOM / "template"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(ROOM / "fonts")])
    compiler = typst.Compiler(template / "document.typ", root=template, font_paths=fonts)
    options: dict[str, Any] = {
        "format": "pdf",
        "pdf_standards": ["a-3a", "ua-1"],
        "timestamp": datetime.fromisoformat(ISSUED).replace(tzinfo=UTC),
    }
    for line in prepared.read_text(encoding="utf-8").splitlines():
        inputs = json.loads(line)
        yield lambda inputs=inputs: compiler.compile(sys_inputs=inputs, **options)


def run_side(side: str, count: int, lines: int, prepared: Path) -> dict[str, Any]:
    """Return the times of one side, without the first invoice, and a hash of all that it made."""
    made = hashlib.sha256()
    calls = (ours if side == "ours" else bare)(count, lines, prepared)
    made.update(next(calls)())
    wall_s = cpu_s = 0.0
    largest = 0
    for call in calls:
        wall_from_s, cpu_from_s = time.perf_counter(), time.process_time()
        pdf = call()
        wall_s, cpu_s = wall_s + time.perf_counter() - wall_from_s, cpu_s + time.process_time() - cpu_from_s
        made.update(pdf)
        largest = max(largest, len(pdf))
    each = {"wall_ms": 1000 * wall_s / (count - 1), "cpu_ms": 1000 * cpu_s / (count - 1)}
    return {**each, "largest_bytes": largest, "sha256": made.hexdigest()}


def prepare(count: int, lines: int, file: Path) -> None:
    """Write what the template is given for each invoice."""
    from hub.rendering import Renderer

    renderer = Renderer(company(), home=ROOT)
    given = (json.dumps(dict(renderer.inputs(document)), ensure_ascii=False) for document in documents(count, lines))
    file.write_text("\n".join(given), encoding="utf-8")


def compare(count: int, lines: int, rounds: int) -> dict[str, Any]:
    """Take the sides in turn, and return their times and the medians of the ratios."""
    figures: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "inputs.jsonl"
        prepare(count, lines, prepared)
        for _ in range(rounds):
            for side in SIDES:
                command = [sys.executable, __file__, side, "--invoices", str(count), "--lines", str(lines)]
                command += ["--prepared", str(prepared)]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                figures[side].append(json.loads(done.stdout))
    if len({figure["sha256"] for side in SIDES for figure in figures[side]}) != 1:
        raise SystemExit("the two sides made different bytes: no figure")
    pairs = list(zip(figures["ours"], figures["bare"], strict=True))
    return {
        "invoices": count,
        "lines": lines,
        "rounds": rounds,
        **{side: _medians(figures[side]) for side in SIDES},
        "ratio": {time: round(median(a[time] / b[time] for a, b in pairs), 3) for time in ("wall_ms", "cpu_ms")},
    }


def _medians(figures: list[dict[str, Any]]) -> dict[str, Any]:
    wall_ms = median(figure["wall_ms"] for figure in figures)
    return {
        "wall_ms": round(wall_ms, 2),
        "cpu_ms": round(median(figure["cpu_ms"] for figure in figures), 2),
        "invoices_per_s": round(1000 / wall_ms, 1),
        "largest_bytes": figures[0]["largest_bytes"],
    }


def steps(count: int, lines: int) -> dict[str, Any]:
    """Return processor milliseconds of what we do before typst: writing out, of that the square code."""
    import segno

    from hub.rendering import Renderer
    from hub.rendering.payment_part import code_svg
    from hub.rules.delivery.payment_box import payment_box
    from hub.rules.delivery.payment_code import payment_code

    sender, made = company(), list(documents(count, lines))
    renderer = Renderer(sender, home=ROOT)
    codes = [payment_code(one, sender, box) for one in made if (box := payment_box(one, sender)) is not None]
    return {
        "written_out_ms": _each_ms(lambda at: renderer.inputs(made[at]), count),
        "code_ms": _each_ms(lambda at: code_svg(codes[at]), count),
        "code_with_best_mask_ms": _each_ms(lambda at: segno.make(codes[at], error="m", micro=False), count),
    }


def _each_ms(call: Callable[[int], object], count: int) -> float:
    began_s = time.process_time()
    for at in range(count):
        call(at)
    return round(1000 * (time.process_time() - began_s) / count, 2)


def main() -> None:
    """Run one side, compare them, or say where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("compare", "steps", *SIDES))
    parser.add_argument("--invoices", type=int, default=300)
    parser.add_argument("--lines", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prepared", type=Path, default=Path())
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    given = parser.parse_args()
    if given.what in SIDES:
        print(json.dumps(run_side(given.what, given.invoices, given.lines, given.prepared)))
        return
    result = steps(given.invoices, given.lines)
    if given.what == "compare":
        result = {**compare(given.invoices, given.lines, given.rounds), "steps": result}
    print(json.dumps(result, indent=1))
    save({**circumstances(), **result}, given.save)


if __name__ == "__main__":
    main()
