"""A company (*bolag, företag*) of a tenant: its accounts, limits, routines and rules."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.identifiers import organisation_number
from hub.model.account_roles import NamedAccount, Role, proven_accounts, refuse_two_roles
from hub.model.bookkeeping_settings import BookkeepingSettings
from hub.model.claim_settings import ClaimSettings
from hub.model.claims import LONGEST_DESCRIPTION, LegalClass
from hub.model.collection_settings import CollectionSettings
from hub.model.direct_debit_settings import DirectDebitSettings
from hub.model.dunning_settings import DunningSettings
from hub.model.letterhead import Letterhead
from hub.model.match_settings import DifferenceHandling, DifferenceLimits, MatchSettings
from hub.model.order_to_pay_settings import OrderToPaySettings
from hub.model.payee_account import PayeeAccount
from hub.model.payment_method import Lowers, PaymentMethod
from hub.model.payment_reference import ReferenceControl, ReferenceRule
from hub.model.refund_settings import RefundSettings
from hub.model.setting_values import (
    AccountCode,
    CompanyNumber,
    CurrencyCode,
    OptionalAccountCode,
    RoutineNumber,
    SettingName,
    Switch,
    checked_by,
)

INTEREST_ROUTINE_OFFSET = 50
_ROLES = {
    "bank": Role.BANK,
    "clearing": Role.CLEARING,
    "suspense": Role.SUSPENSE,
    "receivable": Role.RECEIVABLE,
    "internal_receivable": Role.RECEIVABLE,
    "refund_clearing": Role.REFUNDS,
}
_OF_ROUTINE = (
    "revenue_account",
    "write_off_account",
    "reminder_fee_account",
    "demand_fee_account",
    "compensation_account",
    "interest_account",
)
_ACCOUNT_LOWERED = {
    Lowers.REMINDER_FEE: "reminder_fee",
    Lowers.DEMAND_FEE: "demand_fee",
    Lowers.COMPENSATION: "compensation",
    Lowers.INTEREST: "interest_revenue",
}


# Named outside the class: inside it the field hides the module of the same name.
_OrganisationNumber = Annotated[str, checked_by(organisation_number.validate)]


class CompanyAccounts(BaseModel):
    """The ledger accounts postings go to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: AccountCode = Field(description="Money in the bank, unless the payee account names its own.")
    clearing: AccountCode = Field(description="Between bank and receivables, unless the payee account names its own.")
    suspense: AccountCode = Field(description="Money that waits to be placed (*observationskonto*).")
    receivable: AccountCode = Field(description="Receivables, unless the routine names its own.")
    revenue: AccountCode = Field(description="Revenue, unless the routine or the receivable's coding names its own.")
    write_off: AccountCode = Field(description="Differences written off within the limits, and other write-offs.")
    error_account: AccountCode = Field(description="Takes the place of an account that turns out wrong; gives a task.")
    rounding: OptionalAccountCode = Field(default="", description="Rounding to whole kronor (*öresutjämning*).")
    reminder_fee: OptionalAccountCode = Field(default="", description="Revenue from reminder fees.")
    demand_fee: OptionalAccountCode = Field(default="", description="Revenue from demand fees (*inkassoersättning*).")
    compensation: OptionalAccountCode = Field(
        default="", description="Revenue from compensation for late payment (*förseningsersättning*)."
    )
    interest_revenue: OptionalAccountCode = Field(default="", description="Revenue from late-payment interest.")
    court_costs: OptionalAccountCode = Field(
        default="", description="Costs that a decision on an order to pay awards; needed with `books_costs`."
    )
    internal_receivable: OptionalAccountCode = Field(
        default="", description="Receivables of kind `internal`; left out: `receivable`."
    )
    carried: OptionalAccountCode = Field(
        default="", description="Differences carried to the debtor's next invoice; needed with handling `carry`."
    )
    refund_clearing: OptionalAccountCode = Field(
        default="", description="Refunds that are ordered and have not left the bank; needed with `refunds.writer`."
    )


class Routine(BaseModel):
    """A billing routine (*rutin*): the stream of invoices a number range belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: RoutineNumber = Field(description="Two digits, the first two of its invoice numbers.")
    name: str = Field(min_length=1, max_length=60, description="What people call it.")
    receivable_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.receivable`.")
    revenue_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.revenue`.")
    write_off_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.write_off`.")
    reminder_fee_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.reminder_fee`.")
    demand_fee_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.demand_fee`.")
    compensation_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.compensation`.")
    interest_account: OptionalAccountCode = Field(default="", description="Left out: `accounts.interest_revenue`.")
    claim_text: str = Field(
        default="",
        max_length=LONGEST_DESCRIPTION,
        description="What claims that are handed over say they are for; left out: the routine's name.",
    )
    legal_class: LegalClass = Field(
        default=LegalClass.PRIVATE_LAW, description="Of its claims: `private_law`, `public_law` or `rent`."
    )
    interest_is_invoiced: Switch = Field(
        default=False, description="Interest gets invoices of its own, in the routine with 50 added to the number."
    )

    @property
    def interest_routine(self) -> str | None:
        """Number of the routine its interest invoices belong to, None when interest is not invoiced."""
        return str(int(self.number) + INTEREST_ROUTINE_OFFSET) if self.interest_is_invoiced else None

    @model_validator(mode="after")
    def _interest_routine_has_two_digits(self) -> Self:
        if self.interest_is_invoiced and int(self.number) >= INTEREST_ROUTINE_OFFSET:
            raise ValueError(
                f"routine {self.number} cannot invoice interest: 50 is added to the number, so it must be below 50"
            )
        return self


class Company(BaseModel):
    """One company of the tenant, with books of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: CompanyNumber = Field(
        description="At most three digits; part of every receivable's identity, so it never changes."
    )
    name: str = Field(min_length=1, max_length=80, description="Its legal name.")
    organisation_number: _OrganisationNumber = Field(description="Organisation number.")
    currency: CurrencyCode = Field(default="SEK", description="Currency of its books, by ISO 4217.")
    accounts: CompanyAccounts = Field(description="Ledger accounts.")
    payee_accounts: tuple[PayeeAccount, ...] = Field(default=(), description="Accounts that payers pay to.")
    routines: tuple[Routine, ...] = Field(default=(), description="Billing routines.")
    limits: DifferenceLimits = Field(default=DifferenceLimits(), description="Small differences.")
    matching: MatchSettings = Field(default=MatchSettings(), description="Rules of matching.")
    references: dict[SettingName, ReferenceRule] = Field(
        default_factory=dict, description="How references are made and checked, by way of paying, such as `giro`."
    )
    payment_methods: tuple[PaymentMethod, ...] = Field(default=(), description="Payment-method codes.")
    collection: CollectionSettings = Field(
        default=CollectionSettings(), description="What it hands over to collection agencies."
    )
    dunning: DunningSettings = Field(default=DunningSettings(), description="How it asks for what is late.")
    bookkeeping: BookkeepingSettings = Field(
        default=BookkeepingSettings(), description="How its vouchers go to its general ledger."
    )
    claims: ClaimSettings = Field(default=ClaimSettings(), description="What its claims say when they are handed over.")
    direct_debit: DirectDebitSettings = Field(
        default=DirectDebitSettings(), description="How it collects by direct debit."
    )
    orders_to_pay: OrderToPaySettings = Field(
        default=OrderToPaySettings(), description="How it applies for orders to pay (*betalningsföreläggande*)."
    )
    refunds: RefundSettings = Field(default=RefundSettings(), description="How it pays money back.")
    letterhead: Letterhead = Field(default=Letterhead(), description="What its documents say of it, and their looks.")

    def routine(self, number: str) -> Routine | None:
        """Find a routine by its two digits."""
        return self._routines_by_number.get(number)

    def payment_method(self, code: str) -> PaymentMethod | None:
        """Find a payment-method code."""
        return self._methods_by_code.get(code)

    def reference_rule(self, account: PayeeAccount | None = None) -> ReferenceRule | None:
        """Return the rule that references paid to `account` follow, None when none is declared.

        Without an account, or when the account names none: the company's only rule, else None.
        """
        name = account.reference_rule if account is not None else ""
        if name:
            return self.references[name]
        return next(iter(self.references.values())) if len(self.references) == 1 else None

    def reference_control(self, account: PayeeAccount) -> ReferenceControl:
        """Return how references of what is paid to `account` are checked; the softest way when none is declared."""
        rule = self.reference_rule(account)
        return rule.control if rule is not None else ReferenceControl()

    def paid_into(self, account: PayeeAccount) -> PayeeAccount:
        """Return the payee account whose statements tell the money of `account`: itself unless it names another."""
        return self._accounts_by_number[account.paid_into.key] if account.paid_into is not None else account

    @property
    def collected_to(self) -> tuple[str, str] | None:
        """Scheme and number of what direct debits are collected to; None when the settings do not say."""
        if self.direct_debit.payee is not None:
            return self.direct_debit.payee.key
        numbers = [key for key in self._accounts_by_number if key[0] == "bankgiro"]
        return numbers[0] if len(numbers) == 1 else None

    def clearing_account(self, account: PayeeAccount | None) -> str:
        """Return the ledger account between bank and receivables for a payee account."""
        return (self.paid_into(account).clearing_account if account is not None else "") or self.accounts.clearing

    def bank_account(self, account: PayeeAccount | None) -> str:
        """Return the ledger account of the bank for a payee account."""
        return (self.paid_into(account).bank_account if account is not None else "") or self.accounts.bank

    def receivable_account(self, routine_number: str = "") -> str:
        """Return the ledger account of a routine's receivables; an unknown routine has the company's."""
        routine = self.routine(routine_number)
        return (routine.receivable_account if routine is not None else "") or self.accounts.receivable

    def revenue_account(self, routine_number: str = "") -> str:
        """Return the ledger account of a routine's revenue; an unknown routine has the company's."""
        routine = self.routine(routine_number)
        return (routine.revenue_account if routine is not None else "") or self.accounts.revenue

    @cached_property
    def interest_routines(self) -> frozenset[str]:
        """Numbers that belong to interest invoices of some routine."""
        return frozenset(twin for routine in self.routines if (twin := routine.interest_routine) is not None)

    @cached_property
    def proven_accounts(self) -> dict[str, NamedAccount]:
        """Ledger accounts of bank, clearing, suspense and receivables, which the hub alone books on."""
        return proven_accounts(self._named_accounts())

    def _named_accounts(self) -> list[NamedAccount]:
        """Return every ledger account that the settings name, by their dotted paths within the company."""
        accounts, methods = self.accounts.model_dump().items(), enumerate(self.payment_methods, 1)
        named = [NamedAccount(account, _ROLES.get(name, Role.OTHER), f"accounts.{name}") for name, account in accounts]
        for number, payee in enumerate(self.payee_accounts, 1):
            place = f"payee_accounts[{number}]"
            named.append(NamedAccount(payee.bank_account, Role.BANK, f"{place}.bank_account"))
            named.append(NamedAccount(payee.clearing_account, Role.CLEARING, f"{place}.clearing_account"))
            rules = enumerate(payee.bank_rules, 1)
            named.extend(
                NamedAccount(rule.account, Role.OTHER, f"{place}.bank_rules[{no}].account") for no, rule in rules
            )
        for number, routine in enumerate(self.routines, 1):
            place = f"routines[{number}]"
            named.append(NamedAccount(routine.receivable_account, Role.RECEIVABLE, f"{place}.receivable_account"))
            own = {name: getattr(routine, name) for name in _OF_ROUTINE}
            named += [NamedAccount(account, Role.OTHER, f"{place}.{name}") for name, account in own.items()]
        collection = self.collection.accounts.model_dump().items()
        named += [NamedAccount(account, Role.OTHER, f"collection.accounts.{name}") for name, account in collection]
        named.extend(
            NamedAccount(method.account, Role.BY_HAND, f"payment_methods[{no}].account") for no, method in methods
        )
        return [one for one in named if one.account]

    @cached_property
    def _routines_by_number(self) -> dict[str, Routine]:
        return {routine.number: routine for routine in self.routines}

    @cached_property
    def _methods_by_code(self) -> dict[str, PaymentMethod]:
        return {method.code: method for method in self.payment_methods}

    @cached_property
    def _accounts_by_number(self) -> dict[tuple[str, str], PayeeAccount]:
        return {number: account for account in self.payee_accounts for number in account.numbers}

    @model_validator(mode="after")
    def _nothing_stands_twice(self) -> Self:
        refuse_twice([routine.number for routine in self.routines], "routine", "routines")
        refuse_twice([method.code for method in self.payment_methods], "payment method", "payment_methods")
        return self

    @model_validator(mode="after")
    def _accounts_can_be_told_apart(self) -> Self:
        refuse_two_roles(self._named_accounts())
        return self

    @model_validator(mode="after")
    def _accounts_name_known_reference_rules(self) -> Self:
        for account in self.payee_accounts:
            place = f"payee account {account.scheme} {account.number}"
            if account.reference_rule and account.reference_rule not in self.references:
                known = ", ".join(self.references) or "none"
                raise ValueError(f"{place} names reference_rule {account.reference_rule}; references has: {known}")
            if not account.reference_rule and len(self.references) > 1:
                raise ValueError(f"{place} must say by reference_rule which of several references it follows")
        return self

    @model_validator(mode="after")
    def _accounts_are_paid_into_accounts_with_statements(self) -> Self:
        for account in self.payee_accounts:
            if account.paid_into is None:
                continue
            place = f"payee account {account.scheme} {account.number}"
            if account.paid_into.key not in self._accounts_by_number:
                raise ValueError(f"{place} names in paid_into an account that is none of the company's payee accounts")
            if account.is_paid_elsewhere and self.paid_into(account).is_paid_elsewhere:
                raise ValueError(f"{place} is paid into one that is paid into another: name that one in paid_into")
        return self

    @model_validator(mode="after")
    def _direct_debits_have_a_payee(self) -> Self:
        named = self.direct_debit.payee
        if named is not None and named.key not in self._accounts_by_number:
            raise ValueError(
                f"direct_debit.payee {named.scheme} {named.number} is none of the company's payee accounts"
            )
        if self.direct_debit.scheme and self.collected_to is None:
            raise ValueError("direct_debit needs payee: the company has no bankgiro number, or several")
        return self

    @model_validator(mode="after")
    def _policies_name_known_routines(self) -> Self:
        known = {routine.number for routine in self.routines} | self.interest_routines
        for policy in self.dunning.policies:
            if unknown := sorted({*policy.routines} - known):
                raise ValueError(f"dunning policy {policy.name} names routine {unknown[0]}, which the company has not")
        return self

    @model_validator(mode="after")
    def _fee_invoices_have_a_routine(self) -> Self:
        terms = self.dunning.fee_invoices
        if terms is not None and self.routine(terms.routine) is None:
            raise ValueError(
                f"fee_invoices names routine {terms.routine}, which the company has not: add it to routines"
            )
        return self

    @model_validator(mode="after")
    def _transfers_name_known_routines(self) -> Self:
        known = {routine.number for routine in self.routines} | self.interest_routines
        for rule in self.collection.transfers:
            if unknown := sorted({*rule.routines} - known):
                raise ValueError(f"transfer {rule.name} names routine {unknown[0]}, which the company has not")
        return self

    @model_validator(mode="after")
    def _accounts_that_rules_need_are_given(self) -> Self:
        if self.limits.difference_handling is DifferenceHandling.CARRY and not self.accounts.carried:
            raise ValueError("difference_handling carry needs accounts.carried")
        if self.refunds.is_paid_here and not self.accounts.refund_clearing:
            raise ValueError("refunds.writer needs accounts.refund_clearing")
        for method in self.payment_methods:
            needed = _ACCOUNT_LOWERED.get(method.lowers)
            if needed is not None and not getattr(self.accounts, needed):
                raise ValueError(f"payment method {method.code} lowers {method.lowers} and needs accounts.{needed}")
        return self


def refuse_twice(values: Sequence[str], what: str, table: str) -> None:
    """Raise ValueError when a value stands twice in the list `table`, naming it and both places."""
    seen: dict[str, int] = {}
    for number, value in enumerate(values, 1):
        first = seen.setdefault(value, number)
        if first != number:
            raise ValueError(f"{what} {value} stands twice: {table}[{first}] and {table}[{number}]")
