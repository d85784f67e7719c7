"""Invoices as ledgers make them and as nobody would: a strategy of hypothesis, wide on purpose.

What comes out is what the core accepts (`document_problems` finds nothing); whether it can be an e-invoice is for the
writer to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from hub.model.company import Company
from hub.model.documents import INVOICES, AllowanceOrCharge, Document, DocumentKind, VatCategory
from hub.money import plain_kronor
from hub.rules.delivery.document_checks import document_problems
from hub.rules.delivery.totals import Totals, VatTotal, totals_of
from hub.testing.example_tenant import company_settings
from hub.testing.sample_documents import sample_pdf

Fields = dict[str, Any]
_TAXED = ("S", "S", "S", "S", "Z", "E", "AE", "K", "G")
_KINDS = sorted(INVOICES)
_DEBTORS = ("5566778899", "2120000142", "5566778899", "191212121212", None)
_ENDPOINTS = ("0007:5566778899", "0088:7300010000001", "9955:SE556677889901", "0192:974760673", "0002:123456782")
_WRONG_ENDPOINTS = ("0007:5566778890", "0088:7300010000002", "9999:1", "5566778899", "0037:1")
_VAT_NUMBERS = ("SE556677889901", "SE556677889901", "DE123456789", "EL123456789", "SE 5566 7788 9901")
_UNITS = ("C62", "HUR", "KWH", "MTQ", "EA", "MON", "XPP")
_ACCOUNTS: tuple[tuple[Fields, str], ...] = (
    ({"bankgiro": "991-2346"}, "bankgiro:9912346"),
    ({"plusgiro": "28 65 43-4"}, "plusgiro:2865434"),
    ({"iban": "SE45 5000 0000 0583 9825 7466"}, "iban:SE4550000000058398257466"),
    ({"bban": "9150-1234567"}, "bban:91501234567"),
)
_REASON_CODES = {False: ("", "95", "41", "104"), True: ("", "FC", "AA", "ZZZ")}
_ATTACHMENTS = ("application/pdf", "image/png", "image/jpeg", "text/csv")
_DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))


@cache
def texts(most: int, *, least: int = 0) -> st.SearchStrategy[str]:
    """Return texts of a length, in all letters of the world that a document may hold."""
    letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    usual = st.sampled_from(("Fjärrvärme <november> & el", "  Konsult  ", "a" * most, "“漢字” 😀", "x")).map(
        lambda t: t[:most]
    )
    return st.one_of(usual, usual, st.text(letters, min_size=least, max_size=min(most, 30)))


@st.composite
def sales(draw: st.DrawFn, *, most_tidy: int = 9) -> tuple[Document, Company, str]:
    """Return a completed document, the company that sends it, and the setting of its electronic address.

    A tidy one has all that an e-invoice needs; `most_tidy` of ten are.
    """
    tidy = draw(st.integers(1, 10)) <= most_tidy
    account, payee_account = draw(st.sampled_from(_ACCOUNTS))
    company = draw(companies(account, tidy=tidy))
    document = draw(documents(payee_account, tidy=tidy))
    assume(not document_problems(document))
    return document, company, draw(st.sampled_from(("", "", "", "0088:7300010000001")))


@st.composite
def companies(draw: st.DrawFn, account: Mapping[str, str], *, tidy: bool) -> Company:
    """Return a company with one payee account."""
    letterhead = {
        "street": draw(texts(100)),
        "postal_code": draw(st.sampled_from(("", "111 22"))),
        "city": draw(texts(100)),
        "phone": draw(st.sampled_from(("", "+46 8 123 45"))),
        "email": draw(st.sampled_from(("", "faktura@north.example"))),
        "vat_number": draw(_one_of(["SE556677889901"], ["", "SE5566778899", "556677889901"], tidy=tidy)),
        "has_f_tax": draw(st.booleans()),
        "seat": draw(texts(100)),
        "bic": draw(st.sampled_from(("", "ESSESESS"))),
        "terms": draw(st.sampled_from(({}, {"sv": "Dröjsmålsränta enligt räntelagen.\nAvgift 60 kr.", "en": " "}))),
    }
    return Company.model_validate(company_settings(payee_accounts=[account], letterhead=letterhead))


@st.composite
def documents(draw: st.DrawFn, payee_account: str, *, tidy: bool) -> Document:
    """Return a document that adds up."""
    kind = draw(st.sampled_from(_KINDS))
    categories = draw(_one_of([_TAXED, _TAXED, ("S",), ("O",), ("AE",), ("K",), ("S", "E")], [("S", "O")], tidy=tidy))
    fields: Fields = {
        **draw(_heads(kind, tidy=tidy)),
        "debtor": draw(_debtors(tidy=tidy)),
        "lines": draw(st.lists(_lines(categories, tidy=tidy), min_size=1, max_size=6)),
        "allowances": draw(st.lists(_allowances(categories, tidy=tidy), max_size=2)),
        "payee_account": payee_account,
        "attachments": draw(st.lists(_attachments(tidy=tidy), max_size=2)),
    }
    if fields["period"] is None and draw(st.booleans()):
        fields["lines"][0]["period"] = {"first_day": "2026-01-01", "last_day": "2026-01-31"}
    return _settled(draw, fields, tidy=tidy)


def _settled(draw: st.DrawFn, fields: Fields, *, tidy: bool) -> Document:
    """Add what depends on the sums: the kind, rounding, deductions, stated VAT, and what is to be paid."""
    totals = _totals(fields)
    if totals.total_ore < 0 and fields["kind"] is not DocumentKind.CREDIT_NOTE:
        fields |= {"kind": DocumentKind.CREDIT_NOTE, "reference": "", "credits_number": "1"}
    if draw(st.integers(0, 3)) == 0:
        fields["vat"] = draw(_stated_vat(totals, tidy=tidy))
        totals = _totals(fields)
    if draw(st.booleans()):
        up_ore = -totals.total_ore % 100
        fields["rounding"] = plain_kronor(up_ore if up_ore < 50 else up_ore - 100)
        totals = _totals(fields)
    if totals.total_ore > 1 and draw(st.booleans()):
        part_ore = draw(st.integers(1, totals.total_ore))
        fields["deductions"] = [{"text": draw(texts(50)), "amount": plain_kronor(part_ore)}]
        totals = _totals(fields)
    if fields["currency"] != "SEK" and draw(st.booleans()):
        fields["vat_in_books"] = plain_kronor(totals.vat_ore * draw(st.sampled_from((11, 10, 0))))
    return Document.model_validate({**fields, "to_pay": plain_kronor(totals.to_pay_ore)})


def _totals(fields: Fields) -> Totals:
    return totals_of(Document.model_validate(fields))


@st.composite
def _heads(draw: st.DrawFn, kind: DocumentKind, *, tidy: bool) -> Fields:
    first, second, third = sorted(draw(st.lists(_DAYS, min_size=3, max_size=3)))
    is_drawn = kind is DocumentKind.DIRECT_DEBIT_INVOICE
    period = st.sampled_from((None, {"first_day": first.isoformat(), "last_day": second.isoformat()}))
    days: Fields = {"issue_date": first.isoformat(), "due_date": third.isoformat()}
    if kind is DocumentKind.CREDIT_NOTE and draw(st.booleans()):
        days["due_date"] = None
    return {
        "kind": kind,
        "number": draw(_one_of(["040000123", "F-2026/7", "9" * 30, " 12 "], [" "], tidy=tidy)),
        "copy_no": draw(st.sampled_from((0, 0, 0, 1))),
        "language": draw(st.sampled_from(("sv", "en"))),
        "currency": draw(st.sampled_from(("SEK", "SEK", "SEK", "EUR", "NOK"))),
        **days,
        "delivery_date": draw(_one_of([second.isoformat()], [None], tidy=tidy)),
        "delivery_address": draw(st.one_of(st.none(), _addresses())),
        "period": draw(period),
        "buyer_reference": draw(_one_of(["REF123", " Å 7 "], ["", "  "], tidy=tidy)),
        "order_reference": draw(st.sampled_from(("", "PO 77"))),
        "contract_reference": draw(texts(35)),
        "our_reference": draw(texts(35)),
        "refers_to": draw(texts(200)),
        "invoiced_object": draw(st.sampled_from(("", "735999123456789012"))),
        "buyer_accounting": draw(texts(200)),
        "credits_number": draw(texts(30, least=1)) if kind in _ABOUT_ANOTHER else draw(st.sampled_from(("", "17"))),
        "credits_date": draw(st.sampled_from((None, first.isoformat()))),
        "reference": "" if is_drawn else draw(st.sampled_from(("", "04000012312", "RF18 5390"))),
        "mandate": draw(_one_of(["12345"], [""], tidy=tidy)),
        "notes": draw(st.lists(texts(2000), max_size=2)),
    }


_ABOUT_ANOTHER = {DocumentKind.CREDIT_NOTE, DocumentKind.REPLACEMENT_INVOICE}


@st.composite
def _debtors(draw: st.DrawFn, *, tidy: bool) -> Fields:
    return {
        "name": draw(texts(140, least=1)),
        "number": draw(st.sampled_from(("", "4711", " 12 "))),
        "identity": draw(st.sampled_from(_DEBTORS)),
        "vat_number": draw(_one_of(_VAT_NUMBERS, ["", "123"], tidy=tidy)),
        "address": draw(_addresses()),
        "email": draw(st.sampled_from(("", "kund@exempel.example"))),
        "e_invoice_address": draw(_one_of(_ENDPOINTS, ["", *_WRONG_ENDPOINTS], tidy=tidy)),
        "contact": draw(texts(140)),
    }


@st.composite
def _addresses(draw: st.DrawFn) -> Fields:
    return {
        "care_of": draw(st.sampled_from(("", "c/o Ek"))),
        "street": draw(texts(100)),
        "street_2": draw(st.sampled_from(("", "Box 1"))),
        "postal_code": draw(st.sampled_from(("", "111 22", "D-10115"))),
        "city": draw(texts(100)),
        "country": draw(st.sampled_from(("SE", "SE", "DE", "DK", "NO", "IT", "NL", "GR", "IS", "FR", "GB"))),
    }


@st.composite
def _lines(draw: st.DrawFn, categories: tuple[str, ...], *, tidy: bool) -> Fields:
    category = draw(st.sampled_from(categories))
    allowances = [draw(_allowances(("S",), tidy=tidy)) for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2))))]
    return {
        "text": draw(texts(200, least=1)),
        "note": draw(texts(2000)),
        "article_number": draw(texts(35)),
        "unit": draw(_one_of(_UNITS, ["ST", ""], tidy=tidy)),
        **draw(_priced(sum(AllowanceOrCharge.model_validate(one).signed_ore for one in allowances))),
        "vat_category": category,
        "vat_rate_percent": draw(_rates(category, tidy=tidy)),
        "allowances": allowances,
        "period": draw(_one_of([None], [{"first_day": "2026-01-01", "last_day": "2026-01-31"}], tidy=tidy)),
        "order_line": draw(st.sampled_from(("", "10"))),
    }


@st.composite
def _priced(draw: st.DrawFn, allowances_ore: int) -> Fields:
    quantity = draw(_numbers(low=-10_000, high=1_000_000))
    if draw(st.booleans()):
        return {"quantity": quantity, "amount": plain_kronor(draw(_amounts()))}
    price, base = draw(_numbers(low=-1_000, high=100_000)), draw(st.sampled_from((1, 1, 1, 100, 365, Decimal("0.5"))))
    with localcontext(prec=60):
        worth_ore = int((quantity * price * 100 / base).quantize(Decimal(1), ROUND_HALF_UP))
    off_ore = draw(st.sampled_from((0, 0, 0, 1, -1, 2, -2)))
    amount = plain_kronor(worth_ore + allowances_ore + off_ore)
    return {"quantity": quantity, "price": price, "price_quantity": base, "amount": amount}


@cache
def _numbers(low: int, high: int) -> st.SearchStrategy[Decimal]:
    whole = st.integers(-3, 100).map(Decimal)
    return st.one_of(whole, whole, st.decimals(low, high, places=2), st.decimals(low, high, places=6))


@cache
def _amounts() -> st.SearchStrategy[int]:
    """Return öre: small ones and usual ones mostly, and as large as the hub books."""
    return st.one_of(st.integers(-300, 300), st.integers(-(10**6), 10**7), st.integers(10**14, 10**15))


def _rates(category: str, *, tidy: bool) -> st.SearchStrategy[Decimal]:
    if category != VatCategory.STANDARD:
        return st.sampled_from((Decimal(25), Decimal(0)))
    return _one_of(list(map(Decimal, ("25", "25", "12", "6", "25.00"))), [Decimal("24.5"), Decimal(8)], tidy=tidy)


@st.composite
def _allowances(draw: st.DrawFn, categories: tuple[str, ...], *, tidy: bool) -> Fields:
    is_charge, category = draw(st.booleans()), draw(st.sampled_from(categories))
    return {
        "is_charge": is_charge,
        "text": draw(texts(200)),
        "reason_code": draw(_one_of(_REASON_CODES[is_charge], ["QQ"], tidy=tidy)),
        "amount": plain_kronor(draw(st.integers(0, 50_000))),
        "vat_category": category,
        "vat_rate_percent": draw(_rates(category, tidy=tidy)),
    }


@st.composite
def _stated_vat(draw: st.DrawFn, totals: Totals, *, tidy: bool) -> list[Fields]:
    return [draw(_stated_row(row, tidy=tidy)) for row in totals.vat]


@st.composite
def _stated_row(draw: st.DrawFn, row: VatTotal, *, tidy: bool) -> Fields:
    has_vat = row.category is VatCategory.STANDARD
    off_ore = draw(st.sampled_from((0, 1, -1))) if has_vat or not tidy else 0
    has_reason = row.category not in (VatCategory.STANDARD, VatCategory.ZERO) or not tidy
    codes = ["", "VATEX-EU-132"] if row.category is VatCategory.EXEMPT else [""]
    return {
        "vat_category": row.category,
        "vat_rate_percent": row.rate_percent,
        "base": plain_kronor(row.base_ore),
        "vat": plain_kronor(row.vat_ore + off_ore),
        "exemption_reason": draw(texts(200)) if has_reason else "",
        "exemption_code": draw(_one_of(codes, ["vatex-eu-ae", "X"], tidy=tidy)),
    }


@st.composite
def _attachments(draw: st.DrawFn, *, tidy: bool) -> Fields:
    return {
        "name": draw(st.sampled_from(("villkor.pdf", "Räkning nr 1.csv", "a&b.png"))),
        "content_type": draw(_one_of(_ATTACHMENTS, ["application/zip"], tidy=tidy)),
        "content": draw(_one_of([sample_pdf("a"), sample_pdf("b", size=200)], [b""], tidy=tidy)),
    }


def _one_of(usual: Sequence[Any], odd: Sequence[Any], *, tidy: bool) -> st.SearchStrategy[Any]:
    """Return one of the usual values, or one of the odd ones too."""
    return st.sampled_from([*usual] if tidy else [*usual, *odd])
