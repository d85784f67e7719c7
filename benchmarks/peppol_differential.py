"""Hold our judge to the official rules on damaged documents: the same rules found, each as often.

    python benchmarks/peppol_differential.py --seed 1 --mutations 5000 --samples ../shared/samples/peppol \
        --official ../shared/artefacts/peppol

Documents are our own sample and those of the folder that are whole invoices and credit notes; `peppol_mutations.py`
puts one to three faults into each. Printed is a table by rule of what one judge found and the other did not. Where the
official rules stop half way (an amount that is no number), ours should have something fatal to say in some layer.
Each document has a number, so that `--only NUMBER` shows it again with both answers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from peppol_mutations import Element, mutants, read_documents

from hub_peppol.judging.engine import Report, releases_of, validate
from hub_peppol.judging.referee import Difference, Referee, differences
from hub_peppol.judging.releases import BILLING
from hub_peppol.judging.rule import FATAL
from hub_peppol.judging.table import prefixed
from hub_peppol.judging.unit_suites import read_suites

ROOT = Path(__file__).parent.parent
OWN = ROOT / "plugins" / "peppol" / "tests" / "samples"
RULES = ("en16931", "peppol")
LAYERS = ("xsd", *RULES)
A_DAY = date(2026, 11, 2)


class Outcome(NamedTuple):
    """Where two judges differ on one document in one layer, or that the official rules stopped there."""

    number: int
    change: str
    layer: str
    differences: Sequence[Difference]
    did_stop: bool = False
    is_fit: bool = False  # by our judge, in all layers
    rules: frozenset[str] = frozenset()  # that theirs found broken


def documents_of(samples: Path | None) -> list[Element]:
    """Return our own sample and the whole invoices and credit notes of a folder, smallest first."""
    files = sorted(OWN.glob("bis3-*.xml"))
    if samples is not None:
        files += [file for file in sorted(samples.rglob("*.xml")) if "-unit" not in str(file.parent)]
    documents = [one for one in read_documents(files) if prefixed(str(one.tag)) in BILLING]
    return sorted(documents, key=len)


def fragments_of(samples: Path) -> list[Element]:
    """Return the invoices and credit notes, mostly parts of one, in the unit suites that lie in a folder."""
    suites = sorted(folder for folder in samples.iterdir() if "-unit" in folder.name)
    documents = [test.document for folder in suites for test in read_suites(folder)]
    for one in documents:
        etree.strip_tags(one, etree.Comment, etree.ProcessingInstruction)
    return [one for one in documents if prefixed(str(one.tag)) in BILLING]


def outcomes(
    documents: Sequence[Element], referee: Referee, count: int, seed: int, layers: Sequence[str] = LAYERS
) -> Iterator[Outcome]:
    """Yield what comes of each damaged document in each layer."""
    for number, (change, document) in enumerate(mutants(documents, count, seed)):
        for layer in layers:
            yield _outcome(number, change, layer, document, referee)


def _outcome(number: int, change: str, layer: str, document: Element, referee: Referee) -> Outcome:
    report = _ours(document, layer)
    if layer == "xsd":  # the schema's own errors have no ids: both take the document, or both refuse it
        refusals = [["XSD"] if is_refused else [] for is_refused in (not report.is_fit, not referee.is_valid(document))]
        return Outcome(number, change, layer, differences(*refusals), rules=frozenset(refusals[1]))
    verdict = referee.judge(layer, document)
    if verdict.gave_up:
        return Outcome(number, change, layer, (), did_stop=True, is_fit=_ours(document, *LAYERS).is_fit)
    ours, theirs = [one.rule for one in report.findings], [one.rule for one in verdict.firings]
    return Outcome(number, change, layer, differences(ours, theirs), rules=frozenset(theirs))


def _ours(document: Element, *layers: str) -> Report:
    return validate(etree.tostring(document), layers, on=A_DAY)


def run(args: argparse.Namespace) -> int:
    """Compare, print the table, and return how many documents differ."""
    documents, layers = _chosen(args)
    by_rule: Counter[str] = Counter()
    examples: dict[str, str] = {}
    differing: set[int] = set()
    broken: Counter[str] = Counter()
    stopped: list[Outcome] = []
    for one in outcomes(documents, Referee(args.official), args.mutations, args.seed, layers):
        broken.update(one.rules)
        stopped += [one] if one.did_stop else []
        for difference in one.differences:
            by_rule[difference.rule] += 1
            differing.add(one.number)
            examples.setdefault(difference.rule, f"{difference.ours} / {difference.theirs} in {one.change}")
    for rule, count in sorted(by_rule.items()):
        print(f"{rule:24} {count:5}  ours / theirs {examples[rule]}")
    print(f"{args.mutations} damaged documents from {len(documents)}, seed {args.seed}: {len(differing)} differ")
    print(f"{len(broken)} rules were broken, {sum(broken.values())} times counted once a document")
    print(f"never broken by fault: {', '.join(_unbroken(broken)) or 'none'}")
    print(f"the official rules stopped {len(stopped)} times; of these ours found nothing fatal {_fit(stopped)}")
    return len(differing)


def _chosen(args: argparse.Namespace) -> tuple[list[Element], Sequence[str]]:
    return (fragments_of(args.samples), RULES) if args.fragments else (documents_of(args.samples), LAYERS)


def _fit(stopped: Sequence[Outcome]) -> str:
    """Tell the documents that ours finds fit and theirs cannot judge, by number and layer."""
    fit = [f"{one.number} ({one.layer})" for one in stopped if one.is_fit]
    return f"{len(fit)} times: {', '.join(fit[:20])}" if fit else "never"


def _unbroken(broken: Iterable[str]) -> list[str]:
    """Return the fatal rules that no damage has broken, so that nothing is known of them."""
    chosen = releases_of(documents_of(None)[0], RULES, on=A_DAY)
    ids = {rule for release in chosen for rule, severity in release.pack.ids().items() if severity == FATAL}
    return sorted(ids - set(broken))


def show(args: argparse.Namespace) -> None:
    """Print one damaged document and both answers."""
    (documents, _), referee = _chosen(args), Referee(args.official)
    for number, (change, document) in enumerate(mutants(documents, args.only + 1, args.seed)):
        if number == args.only:
            print(etree.tostring(document, pretty_print=True).decode())
            print(change)
            print("xsd", [one.location for one in _ours(document, "xsd").findings], referee.is_valid(document))
            for layer in RULES:
                ours = [one.rule for one in _ours(document, layer).findings]
                verdict = referee.judge(layer, document)
                print(layer, sorted(ours), sorted(one.rule for one in verdict.firings), verdict.gave_up)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--samples", type=Path)
    parser.add_argument("--official", type=Path, required=True)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="show one damaged document and both answers")
    parser.add_argument("--fragments", action="store_true", help="damage the documents of the unit suites instead")
    args = parser.parse_args()
    if args.only is not None:
        show(args)
    else:
        raise SystemExit(1 if run(args) else 0)


if __name__ == "__main__":
    main()
