"""A tenant's settings hold together, and its look-ups find what they should."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from hub.model.tenant import Company, PayeeAccount, PaymentMethod, Routine, SourceSystem, Tenant

ACCOUNTS = {
    "bank": "1930",
    "clearing": "1690",
    "suspense": "2890",
    "receivable": "1510",
    "revenue": "3010",
    "write_off": "3740",
    "error_account": "1999",
}
COMPANY: dict[str, Any] = {
    "number": "001",
    "name": "Provbolaget",
    "organisation_number": "999999-9999",
    "accounts": ACCOUNTS,
    "payee_accounts": [
        {
            "bankgiro": "991-2346",
            "also": [{"iban": "SE35 5000 0000 0549 1000 0003"}, {"plusgiro": "1018-1"}, {"bban": "9150-1234567"}],
            "clearing_account": "1691",
        },
        {"bankgiro": "5050-1055", "bank_account": "1931"},
    ],
    "routines": [
        {"number": "04", "name": "Vatten", "receivable_account": "1514", "interest_is_invoiced": True},
        {"number": "01", "name": "Diverse", "revenue_account": "3050"},
    ],
    "references": {"giro": {"control": {"level": "length_digit"}}},
}


def company(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(COMPANY), **changes}


def tenant(*companies: dict[str, Any], **changes: Any) -> Tenant:
    settings = {"id": "prov", "name": "Prov", "companies": list(companies or (company(),)), **changes}
    return Tenant.model_validate(settings)


@pytest.mark.parametrize(
    ("scheme", "number", "canonical"),
    [
        ("bankgiro", "9912346", "9912346"),
        ("bankgiro", "991-2346", "9912346"),
        ("bankgiro", "0009912346", "9912346"),
        ("iban", "se35 50000000 0549 1000 0003", "9912346"),
        ("plusgiro", "10 18-1", "9912346"),
        ("bban", "9150 123 456 7", "9912346"),
        ("bankgiro", "50501055", "50501055"),
        ("other", "991-2346", "9912346"),
        ("other", "0050501055", "50501055"),
        ("", "SE3550000000054910000003", "9912346"),
    ],
)
def test_every_number_of_an_account_leads_to_the_canonical_one(scheme: str, number: str, canonical: str) -> None:
    found = tenant().canonical_account(scheme, number)

    assert found is not None
    assert found[0].number == "001"
    assert found[1].number == canonical


@pytest.mark.parametrize(
    ("scheme", "number"),
    [("bankgiro", "10181"), ("plusgiro", "9912346"), ("iban", ""), ("other", "123"), ("other", ""), ("bankgiro", "")],
)
def test_a_number_of_nobody_or_under_another_scheme_is_not_found(scheme: str, number: str) -> None:
    assert tenant().canonical_account(scheme, number) is None


def test_a_bare_number_that_two_accounts_have_is_nobodys() -> None:
    accounts = [{"bankgiro": "5050-1055"}, {"plusgiro": "5050105-5"}]
    found = tenant(company(payee_accounts=accounts))

    assert found.canonical_account("other", "50501055") is None
    assert found.canonical_account("plusgiro", "50501055") is not None


def test_ledger_accounts_of_a_payee_account_or_routine_come_before_the_companys() -> None:
    own = tenant().companies[0]
    first, second = own.payee_accounts

    assert (own.clearing_account(first), own.clearing_account(second), own.clearing_account(None)) == (
        "1691",
        "1690",
        "1690",
    )
    assert (own.bank_account(first), own.bank_account(second), own.bank_account(None)) == ("1930", "1931", "1930")
    assert (own.receivable_account("04"), own.receivable_account("01"), own.receivable_account()) == (
        "1514",
        "1510",
        "1510",
    )
    assert (own.revenue_account("04"), own.revenue_account("01"), own.revenue_account("99")) == ("3010", "3050", "3010")


def test_companies_are_found_with_or_without_zeros_in_front() -> None:
    found = tenant()

    assert found.company("1") is found.company("001") is found.companies[0]
    assert found.company("2") is None


def test_the_only_reference_rule_needs_no_name() -> None:
    own = tenant().companies[0]

    assert own.reference_rule(own.payee_accounts[0]) is own.references["giro"]
    assert own.reference_rule() is own.references["giro"]
    assert tenant(company(references={})).companies[0].reference_rule() is None


def test_with_several_reference_rules_each_account_names_its_own() -> None:
    accounts = [{"bankgiro": "991-2346", "reference_rule": "autogiro"}]
    own = tenant(company(payee_accounts=accounts, references={"giro": {}, "autogiro": {}})).companies[0]

    assert own.reference_rule(own.payee_accounts[0]) is own.references["autogiro"]
    assert own.reference_rule() is None


def test_limits_are_written_in_kronor_and_kept_in_ore() -> None:
    limits = {"over_payment_limit": "1 000,50", "under_payment_limit": "5"}

    kept = tenant(company(limits=limits)).companies[0].limits

    assert (kept.over_payment_limit_ore, kept.under_payment_limit_ore) == (100050, 500)


def test_equal_settings_are_equal_after_their_look_ups_were_used() -> None:
    one, other = tenant(), tenant()
    one.canonical_account("bankgiro", "9912346")

    assert one == other


@pytest.mark.parametrize(("number", "twin"), [("01", "51"), ("14", "64"), ("49", "99")])
def test_interest_routine_is_the_routine_plus_50(number: str, twin: str) -> None:
    assert Routine(number=number, name="x", interest_is_invoiced=True).interest_routine == twin
    assert Routine(number=number, name="x").interest_routine is None


def test_one_routine_of_a_source_system_is_its_default() -> None:
    assert SourceSystem(name="a", routines=("01",)).default_routine == "01"
    assert SourceSystem(name="a", routines=("01", "04")).default_routine is None


def test_payment_methods_are_found_by_code_and_text_alone_is_never_booked() -> None:
    methods = [
        {"code": "1", "text": "Kontant", "effect": "credit"},
        {"code": "T", "text": "Text", "effect": "text_only"},
    ]
    own = Company.model_validate(company(payment_methods=methods))

    assert own.payment_method("2") is None
    cash, note = own.payment_method("1"), own.payment_method("T")
    assert cash is not None
    assert note is not None
    assert cash.gives_voucher
    assert not note.gives_voucher


TWICE = [{"bankgiro": "991-2346"}]
WRONG_COMPANIES = [
    ({"number": "1234"}, "pattern"),
    ({"organisation_number": "999999-9990"}, "organisation number"),
    ({"currency": "kr"}, "pattern"),
    ({"accounts": {**ACCOUNTS, "bank": ""}}, "pattern"),
    ({"payee_accounts": [{}]}, "exactly one of bankgiro"),
    ({"payee_accounts": [{"bankgiro": "991-2347"}]}, "check digit of the bankgiro"),
    ({"payee_accounts": [{"plusgiro": "1018-2"}]}, "check digit of the plusgiro"),
    ({"payee_accounts": [{"iban": "SE36 5000 0000 0549 1000 0003"}]}, "IBAN"),
    ({"payee_accounts": [{"bban": "12"}]}, "6 to 20 digits"),
    ({"payee_accounts": [{"bankgiro": "991-2346", "also": TWICE}]}, "same number twice"),
    ({"payee_accounts": [*TWICE, *TWICE]}, "bankgiro 9912346 belongs to two payee accounts"),
    ({"payee_accounts": [*TWICE, {"plusgiro": "1018-1", "also": TWICE}]}, "belongs to two payee accounts"),
    ({"payee_accounts": [{"bankgiro": "991-2346", "reference_rule": "x"}]}, "references has: giro"),
    ({"references": {"giro": {}, "autogiro": {}}}, "must say by reference_rule"),
    ({"payee_accounts": [{"bankgiro": "991-2346", "lump_alone_after_banking_days": -1}]}, "greater than or equal to 0"),
    ({"routines": [{"number": "1", "name": "x"}]}, "pattern"),
    ({"routines": [{"number": "01", "name": "x"}, {"number": "01", "name": "y"}]}, "routine 01 stands twice"),
    ({"routines": [{"number": "50", "name": "x", "interest_is_invoiced": True}]}, "must be below 50"),
    ({"limits": {"over_payment_limit": 50}}, "text in kronor"),
    ({"limits": {"over_payment_limit": 50.5}}, "text in kronor"),
    ({"limits": {"over_payment_limit": "-1"}}, "below zero"),
    ({"limits": {"over_payment_limit": "1.234"}}, "write it as"),
    ({"limits": {"difference_handling": "carry"}}, "needs accounts.carried"),
    ({"matching": {"scan_texts": "yes"}}, "valid boolean"),
    ({"matching": {"without_reference": "guess"}}, "'off', 'debtor_choice'"),
]


@pytest.mark.parametrize(("changes", "reason"), WRONG_COMPANIES)
def test_wrong_company_settings_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        tenant(company(**changes))


METHOD = {"code": "1", "text": "Kontant", "effect": "credit"}


@pytest.mark.parametrize(
    ("changes", "settings"),
    [
        ({"accounts": {**ACCOUNTS, "clearing": "1930"}}, ("accounts.bank", "accounts.clearing")),
        ({"accounts": {**ACCOUNTS, "clearing": "2890"}}, ("accounts.clearing", "accounts.suspense")),
        ({"accounts": {**ACCOUNTS, "receivable": "1690"}}, ("accounts.clearing", "accounts.receivable")),
        ({"accounts": {**ACCOUNTS, "suspense": "1510"}}, ("accounts.suspense", "accounts.receivable")),
        ({"accounts": {**ACCOUNTS, "suspense": "1930"}}, ("accounts.bank", "accounts.suspense")),
        ({"accounts": {**ACCOUNTS, "revenue": "1510"}}, ("accounts.receivable", "accounts.revenue")),
        ({"accounts": {**ACCOUNTS, "write_off": "2890"}}, ("accounts.suspense", "accounts.write_off")),
        (
            {"payee_accounts": [{"bankgiro": "991-2346", "bank_account": "1690"}]},
            ("accounts.clearing", "payee_accounts[1].bank_account"),
        ),
        (
            {
                "payee_accounts": [
                    {"bankgiro": "991-2346", "clearing_account": "1691"},
                    {"bankgiro": "5050-1055", "bank_account": "1691"},
                ]
            },
            ("payee_accounts[1].clearing_account", "payee_accounts[2].bank_account"),
        ),
        (
            {"routines": [{"number": "01", "name": "x", "revenue_account": "2890"}]},
            ("accounts.suspense", "routines[1].revenue_account"),
        ),
        (
            {"payment_methods": [{**METHOD, "coding": "fixed", "account": "1510"}]},
            ("accounts.receivable", "payment_methods[1].account"),
        ),
    ],
)
def test_an_account_of_two_roles_is_refused_with_both_settings(
    changes: dict[str, Any], settings: tuple[str, str]
) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"{settings[0]} and {settings[1]} name the same ledger")):
        Company.model_validate(company(**changes))


def test_accounts_of_one_role_may_be_one() -> None:
    by_hand = {**METHOD, "coding": "fixed", "account": "1930"}
    accounts = {**ACCOUNTS, "write_off": "3010", "internal_receivable": "1510"}
    same = [{"bankgiro": "991-2346", "bank_account": "1930", "clearing_account": "1690"}]
    Company.model_validate(company(accounts=accounts, payee_accounts=same, payment_methods=[by_hand]))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "12"}, "pattern"),
        ({"text": "x" * 16}, "at most 15"),
        ({"effect": "sideways"}, "'debit', 'credit'"),
        ({"coding": "fixed"}, "account is needed"),
        ({"account": "3010"}, "account is needed with coding fixed, and refused"),
        ({"lowers": "interest", "effect": "debit"}, "must have effect credit"),
        ({"effect": "text_only", "coding": "required"}, "no account coding"),
        ({"effect": "text_only", "coding": "fixed", "account": "3010"}, "no account coding"),
    ],
)
def test_wrong_payment_methods_are_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        PaymentMethod.model_validate({**METHOD, **changes})


@pytest.mark.parametrize(
    ("lowers", "account"),
    [("reminder_fee", "reminder_fee"), ("demand_fee", "demand_fee"), ("interest", "interest_revenue")],
)
def test_a_method_that_lowers_a_fee_needs_the_fees_account(lowers: str, account: str) -> None:
    methods = [{**METHOD, "lowers": lowers}]
    with pytest.raises(ValidationError, match=f"needs accounts.{account}"):
        Company.model_validate(company(payment_methods=methods))

    Company.model_validate(company(payment_methods=methods, accounts={**ACCOUNTS, account: "3591"}))


def test_two_methods_with_one_code_are_refused() -> None:
    with pytest.raises(ValidationError, match="payment method 1 stands twice"):
        Company.model_validate(company(payment_methods=[METHOD, METHOD]))


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        ({"company": "002"}, "names company 002; there is: 001"),
        ({"company": "001", "routines": ["54"]}, "belongs to the interest invoices of routine 04"),
        ({"routines": ["54"]}, "belongs to the interest invoices of routine 04"),
        ({"company": "1", "routines": ["77"]}, "which company 001 does not have"),
        ({"name": "Big Name"}, "pattern"),
        ({"date_format": "%Y"}, "year, month and day"),
        ({"date_format": "%"}, "year, month and day"),
        ({"date_format": "nonsense"}, "year, month and day"),
        ({"encoding": "latin-99"}, "no such character encoding"),
        ({"encoding": "base64"}, "no such character encoding"),
        ({"delimiter": "ab"}, "at most 1"),
        ({"delimiter": "x"}, "no letter"),
        ({"delimiter": ","}, "both a comma"),
        ({"format": "xlsx", "delimiter": ";"}, "only with format csv"),
        ({"format": "json", "header_row": 2}, "only with format csv or xlsx"),
        ({"format": "csv", "sheet": "Blad1"}, "only with format xlsx"),
        ({"format": "csv", "rows_at": "rows"}, "only with format json"),
        ({"format": "pdf"}, "'csv', 'json' or 'xlsx'"),
        ({"columns": {"Number": "Nr"}}, "pattern"),
        ({"columns": {"number": ""}}, "at least 1"),
        ({"columns": {"kind": "Typ"}, "fixed_values": {"kind": "internal"}}, "both in columns and in fixed_values"),
        ({"decimal_sign": "'"}, "',' or '.'"),
    ],
)
def test_wrong_source_systems_are_refused(system: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        tenant(source_systems=[{"name": "billing", **system}])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "Prov"}, "pattern"),
        ({"id": "../prov"}, "pattern"),
        ({"companies": []}, "at least 1"),
        ({"companies": [COMPANY, {**COMPANY, "number": "1", "payee_accounts": []}]}, "company 1 stands twice"),
        ({"companies": [COMPANY, {**COMPANY, "number": "2"}]}, "company 002|belongs to two payee accounts"),
        ({"source_systems": [{"name": "a"}, {"name": "a"}]}, "source system a stands twice"),
        ({"plugins": {"Kivra": {}}}, "pattern"),
        ({"plugins": {"kivra": "on"}}, "valid dictionary"),
        ({"colour": "red"}, "not permitted"),
    ],
)
def test_wrong_tenant_settings_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        tenant(**changes)


def test_settings_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        tenant().companies[0].payee_accounts[0].bankgiro = "50501055"  # type: ignore[misc]


def test_an_account_says_which_scheme_and_number_it_has() -> None:
    account = PayeeAccount.model_validate({"iban": "SE35 5000 0000 0549 1000 0003"})

    assert (account.scheme, account.number) == ("iban", "SE3550000000054910000003")


GIRO_A, GIRO_B, BANK = {"bankgiro": "991-2346"}, {"bankgiro": "5050-1055"}, {"iban": "SE45 5000 0000 0583 9825 7466"}


def test_an_account_that_is_paid_into_another_is_booked_on_that_ones_ledger_accounts() -> None:
    bank = {**BANK, "also": [{"plusgiro": "1018-1"}], "clearing_account": "1691", "bank_account": "1931"}
    giros = [{**GIRO_A, "paid_into": BANK}, {**GIRO_B, "paid_into": {"plusgiro": "10181"}}]
    owner = tenant(company(payee_accounts=[*giros, bank])).companies[0]

    for account in owner.payee_accounts:
        assert owner.paid_into(account).number == "SE4550000000058398257466"
        assert (owner.clearing_account(account), owner.bank_account(account)) == ("1691", "1931")


def test_an_account_may_say_that_no_statement_tells_its_money() -> None:
    own = {**GIRO_A, "paid_into": GIRO_A, "lumps_are_payments": True}
    account = tenant(company(payee_accounts=[own])).companies[0].payee_accounts[0]

    assert not account.is_paid_elsewhere


@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        ([{**GIRO_A, "paid_into": BANK}], "none of the company's payee accounts"),
        ([{**GIRO_A, "paid_into": {}}, BANK], "exactly one of bankgiro"),
        ([{**GIRO_A, "paid_into": GIRO_B}, {**GIRO_B, "paid_into": BANK}, BANK], "paid into one that is paid into"),
        ([{**GIRO_A, "paid_into": BANK, "clearing_account": "1691"}, BANK], "says clearing_account for both"),
        ([{**GIRO_A, "paid_into": BANK, "lumps_are_payments": False}, BANK], "says lumps_are_payments for both"),
    ],
)
def test_where_money_is_paid_in_is_said_once_and_of_the_companys_own_accounts(
    accounts: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        tenant(company(payee_accounts=accounts))
