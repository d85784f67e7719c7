"""What must be true when the work is done, however often its workers were killed: each thing that is not, as a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from invented_payments import amount_of
from kill_world import KillWorld

from hub.loopback.acceptance_log import Accepted, read_log
from hub.model.attempts import Attempt, AttemptState, Promise
from hub.runtime.facade_books import verify_all

MOST_ATTEMPTS = 1_000_000


def problems(world: KillWorld) -> list[str]:
    """Return what is wrong; nothing is the aim."""
    return [*_runs(world), *_books(world), *_payments(world), *_messages(world)]


def _runs(world: KillWorld) -> Iterator[str]:
    for run_id, state, problem in world.rows("SELECT run_id, state, problem FROM run WHERE state <> 'done'"):
        yield f"run {run_id} is {state}: {problem}"


def _books(world: KillWorld) -> Iterator[str]:
    for proof in verify_all(world.home):
        for finding in proof.findings:
            yield f"hub verify: {finding.code} {finding.place}: {finding.what}"


def _payments(world: KillWorld) -> Iterator[str]:
    """Every payment settles its receivable by one entry, and nothing is left over anywhere."""
    count = sum(work.payments for work in world.fed)
    fed_ore = sum(amount_of(index) for work in world.fed for index in range(work.first, work.first + work.payments))
    seen: Counter[int] = Counter()
    paid_ore = 0
    for _, entries, amount_ore in world.rows(
        "SELECT payment_id, count(*), CAST(sum(amount_ore) AS BIGINT) FROM entry WHERE payment_id IS NOT NULL "
        "GROUP BY payment_id"
    ):
        seen[entries] += 1
        paid_ore -= amount_ore
    if seen != Counter({1: count} if count else {}):
        yield f"payments by number of entries: {dict(seen)}; {count} were fed, each has one entry"
    for name, expected, found in (
        ("öre paid", fed_ore, paid_ore),
        ("payments loaded", count, _number(world, "SELECT count(*) FROM payment")),
        ("open receivables", 0, _number(world, "SELECT count(*) FROM open_item")),
        ("öre on the suspense account", 0, _balance(world, "2990")),
        ("öre on the clearing account", fed_ore, _balance(world, "1940")),
        ("events missing", 0, _number(world, "SELECT max(event_no) - min(event_no) + 1 - count(*) FROM event")),
        ("files posted", sum(bool(work.payments) for work in world.fed), _posted(world)),
    ):
        if expected != found:
            yield f"{name}: {found} instead of {expected}"


def _number(world: KillWorld, statement: str) -> int:
    return int(world.rows(statement)[0][0] or 0)


def _balance(world: KillWorld, account: str) -> int:
    return _number(world, f"SELECT CAST(sum(amount_ore) AS BIGINT) FROM voucher_line WHERE account = '{account}'")


def _posted(world: KillWorld) -> int:
    return _number(world, "SELECT count(*) FROM exchange WHERE state = 'posted' AND kind = 'payment_file'")


def _messages(world: KillWorld) -> Iterator[str]:
    """Every message is in the counterparty's own log at most once, and each unknown one waits for a person."""
    taken: dict[str, list[Accepted]] = {}
    for line in read_log(world.log):
        if not line.is_repeat:
            taken.setdefault(line.key, []).append(line)
    with world.tenant.store.read() as work:
        attempts = work.attempts.latest(limit=MOST_ATTEMPTS)
        tasks = {task["subject"].partition(":")[0]: task["kind"] for task in work.commands.open_tasks()}
    planned = sum(work.messages * len(work.channels) for work in world.fed)
    if len(attempts) != planned:
        yield f"{len(attempts)} attempts of {planned} messages"
    if set(taken) - {attempt.key for attempt in attempts}:
        yield "the counterparty took messages that nobody planned"
    for attempt in attempts:
        yield from _attempt(attempt, taken.get(attempt.key, []), tasks)


def _attempt(attempt: Attempt, taken: list[Accepted], tasks: dict[str, str]) -> Iterator[str]:
    name = f"message {attempt.message}"
    if len(taken) > 1:
        yield f"{name} was sent {len(taken)} times"
    if any(line.sha256 != attempt.sha256 for line in taken):
        yield f"{name} arrived with other bytes"
    if attempt.state == AttemptState.UNKNOWN:
        if attempt.promise != Promise.NEITHER:
            yield f"{name} is unknown on a channel that can tell"
        if tasks.get(str(attempt.attempt_no)) != "unknown_attempt":
            yield f"{name} is unknown and no person is asked"
    elif attempt.state != AttemptState.DELIVERED:
        yield f"{name} is {attempt.state}: {attempt.problem}"
    elif [line.external_id for line in taken[:1]] != [attempt.external_id]:
        yield f"{name} is delivered and not in the counterparty's log"


def unknown(world: KillWorld) -> int:
    """Return how many messages wait for a person."""
    return _number(world, "SELECT count(*) FROM attempt WHERE state = 'unknown'")
