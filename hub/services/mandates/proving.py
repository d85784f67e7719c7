"""The proof against the clearing house's register (*medgivanderegister*): where ours differs, and taking it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hub.model.mandates import ENDED, Mandate, MandateState, RegisterDifference
from hub.model.tenant import Tenant
from hub.rules.mandates.proof import Difference
from hub.services.mandates.advising import Debtors, known_there
from hub.services.mandates.collecting import Collector, collector_named
from hub.services.mandates.telling import REGISTER, tell_mandates
from hub.services.mandates.wishing import debtors_meant
from hub.services.ports import Store, UnitOfWork
from hub.services.ports.mandates import RegisterRow

ROWS_AT_ONCE = 1_000
CLAIM = "mandates"
_WAITING = (MandateState.WISHED, MandateState.ASKED, MandateState.QUESTIONED)


def tell_differences(work: UnitOfWork, company: str) -> None:
    """Open a task that counts the differences of a company, or close it when there are none."""
    counted = Counter(one.what for one in work.mandate_registers.differences(company))
    if not counted:
        work.commands.close_task(REGISTER, company)
        return
    named = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(counted.items()))
    said = f"company {company}: our mandates differ from the register ({named}); see: hub mandates proof"
    work.commands.open_task(REGISTER, company, said)


def adopt(store: Store, tenant: Tenant, company: str, *, user: str) -> Counter[str]:
    """Take the register in force over, chunk by chunk: mandates that it has are as it says, others of ours end.

    Returns how many of each difference were mended; again is harmless.
    """
    counted: Counter[str] = Counter()
    after = 0
    while True:
        with store.write() as work:
            work.commands.claim(CLAIM)
            by = collector_named(work, tenant, company)
            rows = work.mandate_registers.rows_of(company, after=after, limit=ROWS_AT_ONCE)
            _adopt_rows(work, by, rows, counted, user=user)
        if len(rows) < ROWS_AT_ONCE:
            break
        after = rows[-1][0]
    with store.write() as work:
        work.commands.claim(CLAIM)
        _end_missing(work, company, counted, user=user)
        tell_differences(work, company)
    return counted


def _adopt_rows(
    work: UnitOfWork, by: Collector, rows: Sequence[RegisterRow], counted: Counter[str], *, user: str
) -> None:
    numbers = {row[3] for row in rows if row[2] == by.account_no}
    known = work.mandates.of_payers(by.account_no, numbers)
    debtors = debtors_meant(work, by, numbers)
    made: dict[str, Mandate] = {}
    changed: dict[int, Mandate] = {}
    for row in rows:
        mandate = known.get(row[3])
        if row[2] != by.account_no or row[3] in made:
            continue
        if mandate is None:
            made[row[3]] = _as_registered(by, row, debtors)
        elif (after := _mended(mandate, row, by, debtors, counted)) is not None:
            changed[mandate.mandate_no] = after
    counted.update({Difference.UNKNOWN_HERE: len(made)} if made else {})
    work.mandates.change(list(changed.values()))
    tell_mandates(work, [*work.mandates.add(list(made.values())), *changed.values()], user=user)


def _as_registered(by: Collector, row: RegisterRow, debtors: Debtors) -> Mandate:
    _, _, _, payer_number, account, identity, is_under_question = row
    there = known_there(
        by, payer_number, debtors, account=account, identity=identity, is_under_question=bool(is_under_question)
    )
    return there._replace(reason="taken over from the register")


def _mended(
    mandate: Mandate, row: RegisterRow, by: Collector, debtors: Debtors, counted: Counter[str]
) -> Mandate | None:
    """Return a mandate as the register has it, None when it is so already."""
    there = _as_registered(by, row, debtors)
    is_asked = there.state == MandateState.QUESTIONED
    if mandate.state in ENDED:
        what = Difference.ENDED_HERE
    elif is_asked and mandate.state != MandateState.QUESTIONED:
        what = Difference.UNDER_QUESTION
    elif not is_asked and mandate.state in _WAITING:
        what = Difference.NOT_ACTIVE_HERE
    elif mandate.payer_account and there.payer_account and mandate.payer_account != there.payer_account:
        counted[Difference.OTHER_ACCOUNT] += 1
        return mandate._replace(payer_account=there.payer_account, payer_identity=there.payer_identity)
    else:
        return None
    counted[what] += 1
    link = mandate.link or there.link
    return mandate._replace(
        state=there.state, reason=there.reason, link=link, payer_account=there.payer_account or mandate.payer_account
    )


def _end_missing(work: UnitOfWork, company: str, counted: Counter[str], *, user: str) -> None:
    missing = [one for one in work.mandate_registers.differences(company) if one.what == Difference.MISSING_THERE]
    found = _by_number(work, missing)
    ended = [one._replace(state=MandateState.CANCELLED, reason="the register does not have it") for one in found]
    work.mandates.change(ended)
    tell_mandates(work, ended, user=user)
    counted.update({Difference.MISSING_THERE: len(ended)} if ended else {})


def _by_number(work: UnitOfWork, missing: Sequence[RegisterDifference]) -> list[Mandate]:
    accounts = {company: number for company, number, _, _ in work.mandate_registers.in_force()}
    found: list[Mandate] = []
    for company, account_no in accounts.items():
        numbers = {one.payer_number for one in missing if one.company == company}
        found += [one for one in work.mandates.of_payers(account_no, numbers).values() if one.payer_number in numbers]
    return found
