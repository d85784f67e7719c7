"""The accounts payers pay to, and how every way of writing one leads to the same canonical account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.errors import IdentifierError
from hub.identifiers import bank_account_number, bankgiro_number, iban, plusgiro_number
from hub.model.bank_rules import BankRule
from hub.model.setting_values import DayCount, OptionalAccountCode, Switch, checked_by

_COMPACT: dict[str, Callable[[str], str]] = {
    "bankgiro": bankgiro_number.compact,
    "plusgiro": plusgiro_number.compact,
    "iban": iban.compact,
    "bban": bank_account_number.compact,
}
SCHEMES = tuple(_COMPACT)
_VALIDATE: dict[str, Callable[[str], str]] = {
    "bankgiro": bankgiro_number.validate,
    "plusgiro": plusgiro_number.validate,
    "iban": iban.validate,
    "bban": bank_account_number.validate,
}

# Named outside the class: inside it a field hides the module of the same name.
_Bankgiro = Annotated[str, checked_by(bankgiro_number.validate)]
_Plusgiro = Annotated[str, checked_by(plusgiro_number.validate)]
_IBAN = Annotated[str, checked_by(iban.validate)]
_BBAN = Annotated[str, checked_by(bank_account_number.validate)]

_OF_THE_BANK_SIDE = {
    "bank_account",
    "bank_rules",
    "clearing_account",
    "lump_alone_after_banking_days",
    "lumps_are_payments",
}


def normal_account_number(scheme: str, number: str) -> str:
    """Return the form in which account numbers of `scheme` are compared; unknown schemes as a bank account number."""
    return _COMPACT.get(scheme, bank_account_number.compact)(number).upper()


def read_account(written: str) -> str:
    """Return a written account, such as `bankgiro:991-2346` or a bare IBAN, as `bankgiro:9912346`.

    Raises ValueError, whose message never repeats the number.
    """
    scheme, sign, number = written.partition(":")
    if not sign and written[:2].isalpha() and written[2:4].isdigit():  # an IBAN says itself what it is
        scheme, number = "iban", written
    validate = _VALIDATE.get(scheme.strip().lower())
    if validate is None:
        raise ValueError(
            "must be an account with its kind, such as bankgiro:991-2346, plusgiro:1018-1, bban:9150-1234567 "
            "(clearing number first) or an IBAN"
        )
    try:
        return f"{scheme.strip().lower()}:{validate(number)}"
    except IdentifierError as error:
        raise ValueError(str(error)) from None


def account_digits(account: str) -> str:
    """Return what account numbers are compared by: their letters and digits, without kind, hyphens and zeros before."""
    number = account.partition(":")[2] or account
    return "".join(sign for sign in number.upper() if sign.isalnum()).lstrip("0")


class AccountNumber(BaseModel):
    """One account number under exactly one of the four schemes; kept compact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bankgiro: _Bankgiro | None = Field(default=None, description="Bankgiro number, such as `991-2346`.")
    plusgiro: _Plusgiro | None = Field(default=None, description="Plusgiro number, such as `1018-1`.")
    iban: _IBAN | None = Field(default=None, description="IBAN.")
    bban: _BBAN | None = Field(default=None, description="Clearing number and account number in one run.")

    @property
    def scheme(self) -> str:
        """Which of the schemes is given."""
        return next(scheme for scheme in SCHEMES if getattr(self, scheme) is not None)

    @property
    def number(self) -> str:
        """The compact number."""
        return str(getattr(self, self.scheme))

    @property
    def key(self) -> tuple[str, str]:
        """Scheme and compact number."""
        return self.scheme, self.number

    @model_validator(mode="after")
    def _exactly_one_scheme(self) -> Self:
        given = [scheme for scheme in SCHEMES if getattr(self, scheme) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"give exactly one of bankgiro, plusgiro, iban and bban (found: {found})")
        return self


class PayeeAccount(AccountNumber):
    """A canonical payee account (*mottagarkonto*): its own number is the key, `also` lists its other names."""

    also: tuple[AccountNumber, ...] = Field(
        default=(), description="Other numbers of the same account, each a table with one of the four schemes."
    )
    paid_into: AccountNumber | None = Field(
        default=None,
        description="Another payee account of the company, whose statements tell this one's money, as a table with one "
        "of its numbers; its own number when no statement ever does.",
    )
    name: str = Field(default="", max_length=60, description="What people call the account.")
    reference_rule: str = Field(
        default="",
        description="Which of the company's `references` payments here follow; may be left out if it has one.",
    )
    clearing_account: OptionalAccountCode = Field(
        default="", description="Ledger account between bank and receivables; left out: `accounts.clearing`."
    )
    bank_account: OptionalAccountCode = Field(
        default="", description="Ledger account of the bank; left out: `accounts.bank`."
    )
    lumps_are_payments: Switch = Field(
        default=False,
        description="The bank sends no specification for some deposits: a lump that stays alone becomes a payment.",
    )
    lump_alone_after_banking_days: DayCount = Field(
        default=3, description="Banking days after which a lump or a specification without its twin becomes a task."
    )

    bank_rules: tuple[BankRule, ...] = Field(
        default=(),
        description="How entries of its statements that are no payments are booked; the first that fits does.",
    )

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """All (scheme, compact number) of the account, the canonical one first."""
        return tuple(account.key for account in (self, *self.also))

    @property
    def is_paid_elsewhere(self) -> bool:
        """Whether its money is paid into another payee account."""
        return self.paid_into is not None and self.paid_into.key not in self.numbers

    @model_validator(mode="after")
    def _bank_side_is_the_other_accounts(self) -> Self:
        theirs = sorted(_OF_THE_BANK_SIDE & self.model_fields_set) if self.is_paid_elsewhere else []
        if theirs:
            raise ValueError(
                f"{self.scheme} {self.number} is paid into another payee account, which says {theirs[0]} for both: "
                "take it out here"
            )
        return self

    @model_validator(mode="after")
    def _rules_have_names_of_their_own(self) -> Self:
        names = [rule.name for rule in self.bank_rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two of its bank_rules are called {name}")
        return self

    @model_validator(mode="after")
    def _no_number_twice(self) -> Self:
        if len(set(self.numbers)) != len(self.numbers):
            raise ValueError(f"{self.scheme} {self.number} has the same number twice among itself and also")
        return self
