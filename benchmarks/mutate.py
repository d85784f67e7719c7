"""Damage files at random and see that nothing but a refusal, or the same money, ever comes out.

    python benchmarks/mutate.py --seed 1 --mutations 20000 --samples ../shared/samples --save mutations

For each damaged file `recognises`, `content_key` and `read` are called. Allowed is a `FormatError`, or:

* for BgMax the very money of the undamaged file, and never when an amount or a count was changed (but a share of a
  payment may become its whole);
* for camt money that an independent reading of the damaged file finds as well, with no stated figure that contradicts
  it unless a warning says so.

Everything else is a finding, kept with its bytes.
Each mutation has a seed of its own, so a finding is made again by `--only FORMAT SEED`.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from comparing import circumstances, save
from lxml import etree
from mutations import BGMAX_FILE, XML_FILE, Mutation, change_control_figure
from stated_money import booked_by_currency, contradictions

from hub.contracts import PaymentFileReader, Recognition
from hub.errors import FormatError
from hub.model.payment_file import Deduction, FileClosed, FileEvent, OtherEntry, OtherKind, Payment, Reversal, Warned
from hub_autopay.reader import CamtReader
from hub_bankgiro.reader import BgMaxReader

ROOT = Path(__file__).parent.parent
HEAD_BYTES = 64 * 1024
SLOW_S = 5.0
LARGEST_SAMPLE = 200_000
SAYS_SO = {"PARTIAL_STATEMENT"}  # the warning of a statement that states more entries than it holds

Judge = Callable[[bytes, list[FileEvent], list[FileEvent]], str]


class Finding(NamedTuple):
    """What must not happen, and the bytes that make it happen."""

    format: str
    seed: int
    sample: str
    mutation: str
    what: str
    data: bytes


class Target(NamedTuple):
    """One reader with the files to damage and how an accepted one is judged."""

    format: str
    reader: PaymentFileReader
    samples: dict[str, bytes]
    mutations: tuple[Mutation, ...]
    judge: Judge


def bgmax_problem(_data: bytes, before: list[FileEvent], after: list[FileEvent]) -> str:
    """A BgMax file states every amount twice and every count as well: the money must be what it was."""
    return "" if _money_of(before) == _money_of(after) else "accepted with other money"


def figure_problem(before: list[FileEvent], after: list[FileEvent]) -> str:
    """An amount or a count was changed: that is accepted only of a share, when the shares still add up (600 of 600)."""
    shares = _shares_of(after)
    if shares != _shares_of(before) and all(sum(own) in (0, amount, -amount) for amount, own in shares):
        return ""
    return "accepted with another amount or count"


def _shares_of(events: Iterable[FileEvent]) -> list[tuple[int, list[int]]]:
    entries = [event for event in events if isinstance(event, Payment | Deduction)]
    return [(entry.amount_ore, [part.amount_ore or 0 for part in entry.parts]) for entry in entries]


def _money_of(events: Iterable[FileEvent]) -> list[tuple[Any, ...]]:
    return sorted(
        (type(event).__name__, event.amount_ore, event.currency)
        for event in events
        if isinstance(event, Payment | Deduction)
    )


def camt_problem(data: bytes, before: list[FileEvent], after: list[FileEvent]) -> str:
    """A camt file need not state a total: its money must be what an independent reading finds, uncontradicted."""
    try:
        booked, found = booked_by_currency(data), contradictions(data)
    except (etree.XMLSyntaxError, ValueError, ArithmeticError, IndexError) as error:
        return f"accepted, but an independent reading fails with {type(error).__name__}"
    if booked != _booked_by_events(after):
        return "accepted with other money than an independent reading finds"
    if found and not _warnings(after) & SAYS_SO and not _warnings(after) - _warnings(before):
        return f"accepted in silence although it contradicts itself: {found[0]}"
    return ""


def _booked_by_events(events: Iterable[FileEvent]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for event in events:
        if isinstance(event, Payment):
            sums[event.currency] += event.amount_ore
        elif isinstance(event, Reversal):
            sums[event.currency] += event.amount_ore if event.is_credit else -event.amount_ore
        elif isinstance(event, OtherEntry) and event.kind != OtherKind.PENDING:
            sums[event.currency] += event.amount_ore
    return {currency: amount for currency, amount in sums.items() if amount}


def _warnings(events: Iterable[FileEvent]) -> set[str]:
    return {event.code for event in events if isinstance(event, Warned)}


def targets(shared: Path | None) -> list[Target]:
    """Return both readers with our own samples, and foreign ones where there are any."""
    bgmax = _readable(BgMaxReader(), _files(ROOT / "plugins/bankgiro/tests/samples", shared))
    camt = _readable(CamtReader(), _files(ROOT / "plugins/autopay/tests/samples", shared))
    return [
        Target("bgmax", BgMaxReader(), bgmax, BGMAX_FILE, bgmax_problem),
        Target("camt", CamtReader(), camt, XML_FILE, camt_problem),
    ]


def _files(*folders: Path | None) -> Iterator[Path]:
    for folder in folders:
        if folder and folder.is_dir():
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _readable(reader: PaymentFileReader, files: Iterable[Path]) -> dict[str, bytes]:
    """Keep the files that the reader takes as they are; there is nothing to damage in the others."""
    samples = {}
    for path in files:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_SAMPLE else b""
        is_own = reader.recognises(data[:HEAD_BYTES]) is Recognition.YES
        if is_own and not isinstance(_read(reader, data), str):
            samples[path.name] = data
    return samples


def _read(reader: PaymentFileReader, data: bytes) -> list[FileEvent] | str:
    """Return the events, or the code of the refusal. Any other exception comes out."""
    with suppress(FormatError):  # `read` may accept what has no key, or refuse by another code; both are judged
        reader.content_key(io.BytesIO(data))
    try:
        return list(reader.read(io.BytesIO(data)))
    except FormatError as error:
        return error.code


class Run:
    """Counts what came out, and keeps the findings."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = {}
        self.findings: list[Finding] = []
        self._undamaged: dict[tuple[str, str], list[FileEvent]] = {}

    def damage(self, target: Target, seed: int) -> None:
        """Make one damaged file and judge what the reader does with it."""
        random = Random(seed)
        sample = random.choice(sorted(target.samples))
        mutation = random.choice(target.mutations)
        data = mutation(target.samples[sample], random)
        if data == target.samples[sample]:
            self._count(target, "unchanged")
            return
        started = time.perf_counter()
        outcome, what, after = self._outcome(target, sample, data)
        if outcome == "accepted" and mutation is change_control_figure:
            what = what or figure_problem(self._events_before(target, sample), after)
        if time.perf_counter() - started > SLOW_S:
            what = what or "slow"
        self._count(target, outcome)
        if what:
            self.findings.append(Finding(target.format, seed, sample, mutation.__name__, what, data))

    def _count(self, target: Target, outcome: str) -> None:
        self.outcomes.setdefault(target.format, Counter())[outcome] += 1

    def _outcome(self, target: Target, sample: str, data: bytes) -> tuple[str, str, list[FileEvent]]:
        try:
            target.reader.recognises(data[:HEAD_BYTES])
            after = _read(target.reader, data)
        except Exception as error:  # noqa: BLE001  that none comes is what is shown
            return "OTHER EXCEPTION", f"{type(error).__name__}: {error}", []
        if isinstance(after, str):
            return after, "", []
        if not (after and isinstance(after[-1], FileClosed)):
            return "NO END", "the stream ended without FileClosed", after
        return "accepted", target.judge(data, self._events_before(target, sample), after), after

    def _events_before(self, target: Target, sample: str) -> list[FileEvent]:
        key = (target.format, sample)
        if key not in self._undamaged:
            events = _read(target.reader, target.samples[sample])
            assert not isinstance(events, str)
            self._undamaged[key] = events
        return self._undamaged[key]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", type=int, default=20_000, help="for each format")
    parser.add_argument("--samples", type=Path, help="a folder with more files to damage")
    parser.add_argument("--findings", type=Path, default=Path("benchmark-files/findings"))
    parser.add_argument("--only", nargs=2, metavar=("FORMAT", "SEED"), help="make one mutation again")
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    run, started = Run(), time.perf_counter()
    seeds = range(chosen.seed * 10_000_000, chosen.seed * 10_000_000 + chosen.mutations)
    chosen_targets = targets(chosen.samples)
    for target in chosen_targets:
        for seed in [int(chosen.only[1])] * (chosen.only[0] == target.format) if chosen.only else seeds:
            run.damage(target, seed)
    _report(run, chosen, chosen_targets, time.perf_counter() - started)
    raise SystemExit(1 if run.findings else 0)


def _report(run: Run, chosen: argparse.Namespace, used: list[Target], seconds: float) -> None:
    result = {
        **circumstances(),
        "seed": chosen.seed,
        "mutations_a_format": chosen.mutations,
        "samples": {target.format: len(target.samples) for target in used},
        "seconds": round(seconds),
        "outcomes": {name: dict(counted.most_common()) for name, counted in run.outcomes.items()},
        "findings": len(run.findings),
    }
    for name, counted in run.outcomes.items():
        print(f"{name}: seeds {chosen.seed * 10_000_000} and on, {len(run.findings)} findings in all")
        print("".join(f"  {number:>7}  {outcome}\n" for outcome, number in counted.most_common()))
    for finding in run.findings:
        chosen.findings.mkdir(parents=True, exist_ok=True)
        kept = chosen.findings / f"{finding.format}-{finding.seed}"
        kept.write_bytes(finding.data)
        print(f"FINDING {finding.format} seed {finding.seed} ({finding.mutation} of {finding.sample}): {finding.what}")
        print(f"  bytes kept in {kept}")
    if not chosen.only:
        save(result, chosen.save)


if __name__ == "__main__":
    main()
