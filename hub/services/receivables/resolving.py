"""What an import row names, found in the settings: company, routine, payee accounts, and the references it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hub.errors import IdentifierError
from hub.model.company import Company, Routine
from hub.model.import_rows import ImportRow, RowProblem
from hub.model.payee_account import SCHEMES, PayeeAccount
from hub.model.payment_reference import ReferenceRule
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.rules.coding import wrong_account
from hub.rules.receivables import kept_coding, kind_of, principal_ore, row_problems, row_warnings, still_owed_ore
from hub.rules.references import check_reference, make_reference, normal_form
from hub.services.chart import canonical_key

ANY_SCHEME = "any"


class Payable(NamedTuple):
    """One payee account of a company: its number in the store, and how references paid there are made and checked."""

    account_no: int
    account: PayeeAccount
    rule: ReferenceRule | None


class Incoming(NamedTuple):
    """A row that may be kept: its receivable without our ids, what is owed on it, and its references."""

    line: int
    receivable: Receivable
    owed_ore: int
    stated_reference: str  # normal form; '' when the references are made
    references: tuple[tuple[int, str], ...]  # payee account number and normal form
    warnings: tuple[RowProblem, ...]
    cells: Mapping[str, object]  # as in the file, for the list of rejected rows
    is_anew: bool = False  # the version before was cancelled, and stays so: this one takes nothing over


class RowRefused(Exception):
    """A row that cannot be kept, with the reason."""

    def __init__(self, field: str, code: str, message: str) -> None:
        self.problem = RowProblem(field, code, message)
        super().__init__(message)


class Resolver:
    """Finds what the rows of one source system name."""

    def __init__(
        self,
        tenant: Tenant,
        system: SourceSystem,
        account_numbers: Mapping[str, int],
        *,
        is_opening: bool,
        today: str,
    ) -> None:
        self._tenant = tenant
        self._system = system
        self._is_opening = is_opening
        self._today = today
        self._payable = {
            company.number: tuple(
                Payable(account_numbers[canonical_key(account)], account, company.reference_rule(account))
                for account in company.payee_accounts
            )
            for company in tenant.companies
        }

    def resolve(self, line: int, row: ImportRow, cells: Mapping[str, object]) -> Incoming:
        """Return the row with all it names. Raises RowRefused with the first thing that cannot be found or made."""
        for problem in row_problems(row, is_opening=self._is_opening, today=self._today):
            raise RowRefused(*problem)
        company = self._company(row)
        if wrong := wrong_account(company, row.coding):
            raise RowRefused("coding", "CODING_ACCOUNT", wrong)
        routine = self._routine(row, company)
        stated = self._stated_reference(row)
        warnings = row_warnings(row, is_opening=self._is_opening, today=self._today)
        return Incoming(
            line=line,
            receivable=self._receivable(row, company, routine),
            owed_ore=still_owed_ore(row),
            stated_reference=stated,
            references=self._references(row, company, routine, stated, warnings),
            warnings=tuple(warnings),
            cells=cells,
        )

    def _company(self, row: ImportRow) -> Company:
        number = row.company or self._system.company or ""
        companies = self._tenant.companies
        found = self._tenant.company(number) if number else companies[0] if len(companies) == 1 else None
        if found is not None:
            return found
        if number:
            raise RowRefused("company", "COMPANY_UNKNOWN", "the tenant has no company of this number")
        raise RowRefused("company", "COMPANY_MISSING", "no company is named, and the source system has none of its own")

    def _routine(self, row: ImportRow, company: Company) -> str:
        number = row.routine.zfill(2) if row.routine else self._system.default_routine or ""
        if not number:
            if company.routines:
                raise RowRefused("routine", "ROUTINE_MISSING", "no routine is named, and the company has several")
            return ""
        routine = _routine_of(number, kind_of(row), company)
        if routine is None:
            raise RowRefused(
                "routine", "ROUTINE_UNKNOWN", f"company {company.number} has no such routine for this kind"
            )
        if self._system.routines and routine.number not in self._system.routines:
            raise RowRefused("routine", "ROUTINE_NOT_DELIVERED", "the source system does not deliver this routine")
        return number

    def _stated_reference(self, row: ImportRow) -> str:
        stated = normal_form(row.reference)
        if row.reference and not stated:
            raise RowRefused("reference", "REFERENCE_EMPTY", "the reference has neither digit nor letter")
        return stated

    def _receivable(self, row: ImportRow, company: Company, routine: str) -> Receivable:
        due_date = row.due_date or row.invoice_date
        return Receivable(
            receivable_id=0,
            company=company.number,
            number=row.number,
            source_system=self._system.name,
            version=row.version,
            chain_id=0,
            kind=str(kind_of(row)),
            group_no=0,
            routine=routine,
            currency=row.currency or company.currency,
            original_ore=principal_ore(row),
            invoice_date=row.invoice_date,
            due_date=due_date,
            original_due_date=due_date,
            debtor_number=row.debtor_number,
            debtor_name=row.debtor_name,
            debtor_identity=row.debtor_identity or "",
            debtor_address="\n".join(row.address_lines),
            second_debtor_name=row.second_debtor_name,
            second_debtor_identity=row.second_debtor_identity or "",
            register_identity=row.register_identity,
            department=row.department,
            refers_to=row.refers_to,
            credits_number=row.credits_number,
            coding=kept_coding(row),
            is_opening=int(self._is_opening),
            language=row.language,
        )

    def _references(
        self, row: ImportRow, company: Company, routine: str, stated: str, warnings: list[RowProblem]
    ) -> tuple[tuple[int, str], ...]:
        """Return a reference for each payee account; an internal receivable is never paid and has none."""
        accounts = self._accounts_paid_to(row, company)
        if kind_of(row) is ReceivableKind.INTERNAL:
            return ()
        if stated:
            return _stated(accounts, stated, warnings)
        values = {
            "invoice_number": row.number,
            "debtor_number": row.debtor_number,
            "company_number": company.number,
            "routine": routine,
        }
        return _made(accounts, values)

    def _accounts_paid_to(self, row: ImportRow, company: Company) -> tuple[Payable, ...]:
        payable = self._payable[company.number]
        if not row.payee_account:
            return payable
        scheme, sign, number = row.payee_account.partition(":")
        is_named = bool(sign) and scheme in SCHEMES
        owner = self._tenant.canonical_account(*((scheme, number) if is_named else (ANY_SCHEME, row.payee_account)))
        found = tuple(own for own in payable if owner is not None and own.account is owner[1])
        if not found:
            message = "the company has no such payee account; write it as bankgiro:123-4567 or leave it out"
            raise RowRefused("payee_account", "PAYEE_ACCOUNT_UNKNOWN", message)
        return found


def _stated(accounts: tuple[Payable, ...], stated: str, warnings: list[RowProblem]) -> tuple[tuple[int, str], ...]:
    """Keep a stated reference for the accounts whose control lets it be paid there; refuse it when there is none."""
    kept, problem = [], None
    for account_no, _, rule in accounts:
        found = check_reference(stated, rule.control) if rule is not None else None
        if found is None or rule is None or not rule.control.is_hard:
            kept.append((account_no, stated))
        if found is not None:
            problem = RowProblem("reference", found.code, found.message)
    if problem is not None and not kept:
        raise RowRefused(*problem)
    if problem is not None:
        warnings.append(problem)
    return tuple(kept)


def _made(accounts: tuple[Payable, ...], values: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    """Make a reference for each account that follows a rule; accounts of one rule share it."""
    made: dict[int, str] = {}
    for _, _, rule in accounts:
        if rule is not None and id(rule) not in made:
            try:
                made[id(rule)] = make_reference(rule.elements, values, rule.control)
            except IdentifierError as error:
                message = f"{error}; state the reference in the file"
                raise RowRefused("reference", "REFERENCE_NOT_MADE", message) from None
    return tuple((account_no, made[id(rule)]) for account_no, _, rule in accounts if rule is not None)


def _routine_of(number: str, kind: ReceivableKind, company: Company) -> Routine | None:
    """Return the routine; an interest invoice may also have the number with 50 added."""
    twin = (routine for routine in company.routines if routine.interest_routine == number)
    return company.routine(number) or (next(twin, None) if kind is ReceivableKind.INTEREST_INVOICE else None)
