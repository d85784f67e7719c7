"""Made-up sales as e-invoices, judged by the official rules: `python benchmarks/peppol_made.py --count 10000`.

The sales are of the plugin's tests (`plugins/peppol/tests/made_documents.py`), by seed; a large count can be taken
in parts, each with a seed of its own. What is refused is counted by its reason; what the official schema and rules find
in what was written is listed by rule, and its document is kept beside the result. It needs `saxonche` and the official
artefacts beside the checkout.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from hub.errors import DocumentError  # noqa: E402
from hub_peppol.ubl import BisWriter  # noqa: E402
from plugins.peppol.tests import official_rules  # noqa: E402
from plugins.peppol.tests.made_documents import sales  # noqa: E402


class Tally:
    """What became of the sales."""

    def __init__(self, folder: Path) -> None:
        self.written = 0
        self.refused: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self._folder = folder

    def take(self, sale: tuple[Any, Any, str]) -> None:
        """Write one sale and have it judged."""
        document, company, endpoint = sale
        try:
            content = BisWriter({company.number: endpoint}).write(document, company)
        except DocumentError as error:
            self.refused.update({_reason(one) for one in str(error).split("; ")})
            return
        self.written += 1
        for finding in official_rules.findings(content):
            self._keep(finding, content)

    def _keep(self, finding: str, content: bytes) -> None:
        rule = " ".join(finding.split()[:3])
        if not self.found[rule]:
            (self._folder / f"{rule.replace(' ', '-').replace('/', '')[:60]}.xml").write_bytes(content)
        self.found[rule] += 1


def _reason(told: str) -> str:
    """Return the field of a reason, without the numbers of lines."""
    field = told.removeprefix("this cannot be an e-invoice: ").partition(":")[0]
    return "".join(letter for letter in field if not letter.isdigit())


def measure(chosen: argparse.Namespace) -> None:
    """Take all sales of a seed, and show the figures."""
    missing = official_rules.missing()
    if missing:
        sys.exit(f"{missing}: nothing can be judged")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    tally, began = Tally(chosen.folder), time.perf_counter()
    _take_all(tally, chosen)
    result = {
        **circumstances(),
        "benchmark": "peppol_made",
        "count": chosen.count,
        "seed": chosen.seed,
        "written": tally.written,
        "findings_by_rule": dict(tally.found),
        "refused_by_field": dict(tally.refused.most_common()),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def _take_all(tally: Tally, chosen: argparse.Namespace) -> None:
    @seed(chosen.seed)
    @settings(
        max_examples=chosen.count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sales())
    def take(sale: tuple[Any, Any, str]) -> None:
        tally.take(sale)

    take()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files").resolve(), help="what was found goes there"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    return parser.parse_args()


if __name__ == "__main__":
    measure(_arguments())
