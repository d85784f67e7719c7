"""What a proof of the books answers. It names numbers of ours and amounts in öre, never a person, a key or a text."""

from __future__ import annotations

from typing import NamedTuple


class BookAccount(NamedTuple):
    """A ledger account that the settings give a role in a company's books."""

    role: str  # receivable, suspense, clearing, bank, named
    company: str
    group_no: int  # posting group of a receivables account, else 0
    account: str


class Finding(NamedTuple):
    """One thing that is not as it must be."""

    code: str
    place: str  # `payment 17`, `voucher 4, account 1510`
    what: str
    difference_ore: int | None  # None: no amount is concerned
    currency: str
    what_to_do: str


class CheckResult(NamedTuple):
    """What one check found: how much in all, and the largest of it."""

    code: str
    proves: str
    found: int
    difference_ore: int  # of all that was found, without signs
    findings: tuple[Finding, ...] = ()


def lone_finding(code: str, proves: str, place: str, what: str, what_to_do: str) -> CheckResult:
    """Return the result of a check that found one thing, which concerns no amount."""
    return CheckResult(code, proves, 1, 0, (Finding(code, place, what, None, "", what_to_do),))


def check_failed(place: str, why: str) -> CheckResult:
    """Return the finding that a check could not be made; `place` names the check."""
    return lone_finding(
        "CHECK_FAILED",
        "the database answers every check",
        place,
        f"the database cannot answer it ({why})",
        "restore a backup if the file is damaged, else report it as a defect",
    )


class Verification(NamedTuple):
    """All checks of one tenant. `remarks` are right as they stand, and good to know."""

    tenant: str
    results: tuple[CheckResult, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Nothing was found."""
        return not any(result.found for result in self.results)

    @property
    def findings(self) -> list[Finding]:
        """What was found, check by check."""
        return [finding for result in self.results for finding in result.findings]


class KeptBytes(NamedTuple):
    """The bytes of an exchange, or of a message, as its row describes them."""

    place: str  # `exchange 4`
    sha256: str
    size: int
