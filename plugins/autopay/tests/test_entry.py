"""Entries and their details: what becomes a payment, a reversal, a lump, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from hub.errors import ControlTotalMismatch, FormatError
from hub.model.payment_file import Key, OtherEntry, OtherKind, PayeeAccount, Payment, Reversal, SectionClosed, Warned
from hub_autopay import entry as entry_module

DEBIT = "<CdtDbtInd>DBIT</CdtDbtInd>"
SEK = '<Amt Ccy="SEK">{}</Amt>'


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def other(events) -> OtherEntry:
    (only,) = of(OtherEntry, events)
    return only


def test_details_are_booked_once_and_the_entry_is_not(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail("60.00"), camt.detail("40.00"))))

    assert [(p.amount_ore, p.entry) for p in of(Payment, events)] == [(6000, 1), (4000, 1)]
    assert not of(OtherEntry, events)
    assert of(SectionClosed, events)[0].net_ore == 10000


@pytest.mark.parametrize("amounts", [("60.00", "39.99"), ("60.00", "40.01"), ("99.99",), ("100.01",)])
def test_details_that_miss_their_entry_are_refused(camt, read, amounts) -> None:
    with pytest.raises(ControlTotalMismatch) as caught:
        read(camt.file(camt.entry(*map(camt.detail, amounts))))

    assert caught.value.stated == 10000
    assert caught.value.line == 4


def test_single_detail_without_amount_has_the_entrys(camt, read) -> None:
    (paid,) = of(Payment, read(camt.file(camt.entry(camt.detail("")))))

    assert paid.amount_ore == 10000


def test_single_detail_in_another_currency_has_the_entrys_amount(camt, read) -> None:
    (paid,) = of(Payment, read(camt.file(camt.entry(camt.detail("9.00", ccy="EUR")))))

    assert (paid.amount_ore, paid.currency) == (10000, "SEK")


def test_details_in_another_currency_use_the_amount_in_the_entrys(camt, read) -> None:
    amounts = (
        "<AmtDtls><InstdAmt><Amt Ccy='EUR'>5.00</Amt></InstdAmt><TxAmt><Amt Ccy='SEK'>50.00</Amt></TxAmt></AmtDtls>"
    )

    events = read(camt.file(camt.entry(camt.detail("5.00", amounts, ccy="EUR"), camt.detail("50.00"))))

    assert [p.amount_ore for p in of(Payment, events)] == [5000, 5000]


@pytest.mark.parametrize("first", ["", "60.00"])
def test_several_details_without_amounts_make_one_lump_with_a_warning(camt, read, first) -> None:
    texts = "<RmtInf><Ustrd>Faktura 7</Ustrd></RmtInf>"

    events = read(camt.file(camt.entry(camt.detail(first), camt.detail("", texts))))

    lump = other(events)
    assert (lump.kind, lump.amount_ore, lump.texts) == (OtherKind.LUMP, 10000, ("Faktura 7",))
    assert [w.code for w in of(Warned, events)] == ["DETAILS_WITHOUT_AMOUNTS"]


def test_credit_without_details_is_a_lump_with_its_key(camt, read) -> None:
    lump = other(read(camt.file(camt.entry(last="<AddtlNtryInf>insättning</AddtlNtryInf>"))))

    assert (lump.kind, lump.amount_ore, lump.texts) == (OtherKind.LUMP, 10000, ("insättning",))
    assert (lump.keys, lump.entry_reference) == ((Key("acct_svcr_ref", "E1"),), "E1")


@pytest.mark.parametrize(
    ("code", "sign", "kind"),
    [
        ("CHRG", DEBIT, OtherKind.FEE),
        ("INTR", DEBIT, OtherKind.INTEREST),
        ("INTR", "<CdtDbtInd>CRDT</CdtDbtInd>", OtherKind.INTEREST),
        ("DMCT", DEBIT, OtherKind.DEBIT),
    ],
)
def test_what_is_no_payment_is_told_by_its_code(camt, read, code, sign, kind) -> None:
    codes = f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd>"

    found = other(read(camt.file(camt.entry(sign=sign, last=codes))))

    assert (found.kind, found.code) == (kind, f"MDOP/{code}")
    assert found.amount_ore == (10000 if "CRDT" in sign else -10000)


def test_debit_with_details_gives_one_entry_for_each(camt, read) -> None:
    refs = "<RmtInf><Strd><CdtrRefInf><Ref>42</Ref></CdtrRefInf></Strd></RmtInf>"

    events = read(camt.file(camt.entry(camt.detail("70.00", refs), camt.detail("30.00"), sign=DEBIT)))

    assert [(e.amount_ore, e.references) for e in of(OtherEntry, events)] == [(-7000, ("42",)), (-3000, ())]


def test_detail_opposed_to_its_entry_lowers_the_sum(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail("120.00", sign="CRDT"), camt.detail("20.00", sign="DBIT"))))

    assert of(Payment, events)[0].amount_ore == 12000
    assert other(events).amount_ore == -2000


def test_single_detail_opposed_to_its_entry_is_refused(camt, read) -> None:
    with pytest.raises(ControlTotalMismatch):
        read(camt.file(camt.entry(camt.detail("100.00", sign="DBIT"))))


@pytest.mark.parametrize(("sign", "is_credit"), [(DEBIT, False), ("<CdtDbtInd>CRDT</CdtDbtInd>", True)])
def test_reversal_is_one_whatever_its_sign(camt, read, sign, is_credit) -> None:
    inner = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"

    events = read(
        camt.file(camt.entry(camt.detail("100.00", inner, own="T1"), sign=sign, more="<RvslInd>true</RvslInd>"))
    )

    (taken_back,) = of(Reversal, events)
    assert (taken_back.amount_ore, taken_back.is_credit, taken_back.reason) == (10000, is_credit, "AC04")
    assert taken_back.keys == (Key("acct_svcr_ref", "T1"),)
    assert not of(Payment, events)


def test_keys_of_a_reversal_never_name_the_reversal_itself(camt, read) -> None:
    refs = "<Refs><AcctSvcrRef>E1</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId><TxId>X9</TxId></Refs>"
    detail = f"<TxDtls>{refs}</TxDtls>"

    (taken_back,) = of(Reversal, read(camt.file(camt.entry(detail, sign=DEBIT, more="<RvslInd>1</RvslInd>"))))

    assert taken_back.keys == (Key("tx_id", "X9"),)


def test_reversal_without_details_is_one_reversal(camt, read) -> None:
    (taken_back,) = of(Reversal, read(camt.file(camt.entry(sign=DEBIT, more="<RvslInd>true</RvslInd>"))))

    assert (taken_back.amount_ore, taken_back.keys, taken_back.entry_reference) == (10000, (), "E1")


@pytest.mark.parametrize(
    "status", ["<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>", "<Sts>INFO</Sts>", "<Sts><Prtry>HELD</Prtry></Sts>"]
)
@pytest.mark.parametrize("more", ["", "<RvslInd>true</RvslInd>"])
def test_entry_that_is_not_booked_is_pending(camt, read, status, more) -> None:
    events = read(camt.file(camt.entry(camt.detail("1.00"), status=status, more=more)))

    assert (other(events).kind, other(events).amount_ore) == (OtherKind.PENDING, 10000)
    assert not of(Payment, events)
    assert not of(Reversal, events)


@pytest.mark.parametrize("status", ["<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>PAID</Prtry></Sts>"])
def test_booked_statuses_of_all_versions_are_payments(camt, read, status) -> None:
    assert len(of(Payment, read(camt.file(camt.entry(camt.detail(), status=status))))) == 1


def test_keys_prove_the_money_by_the_banks_references(camt, read) -> None:
    entries = (
        camt.entry(camt.detail("60.00", own="T1"), camt.detail("40.00")),
        camt.entry(camt.detail()),
        camt.entry(camt.detail(), reference="<NtryRef>N1</NtryRef>"),
    )

    payments = of(Payment, read(camt.file(*entries)))

    assert [p.keys for p in payments] == [
        (Key("acct_svcr_ref", "T1"),),
        (Key("entry_ref", "E1#2"),),
        (Key("acct_svcr_ref", "E1"),),
        (),
    ]
    assert [p.entry_reference for p in payments] == ["E1", "E1", "E1", "N1"]
    assert [p.entry for p in payments] == [1, 1, 2, 3]


def test_giro_number_of_the_payee_is_kept_when_it_is_another(camt, read) -> None:
    def to(number: str, scheme: str) -> str:
        other_id = f"<Othr><Id>{number}</Id><SchmeNm><Prtry>{scheme}</Prtry></SchmeNm></Othr>"
        return f"<RltdPties><CdtrAcct><Id>{other_id}</Id></CdtrAcct></RltdPties>"

    inner = (to("991-2346", "BGNR"), to("5050-1055", "BGNR"), to("10181-8", "PGNR"), to("123", "OWN"))
    entries = [camt.entry(camt.detail("100.00", one)) for one in inner]

    accounts = [p.account for p in of(Payment, read(camt.file(*entries)))]

    assert accounts == [None, PayeeAccount("bankgiro", "50501055"), PayeeAccount("plusgiro", "101818"), None]


def test_zero_moves_no_money_and_is_said(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail("100.00"), camt.detail("0.00"))))

    assert (other(events).kind, other(events).amount_ore) == (OtherKind.UNKNOWN, 0)
    assert [w.code for w in of(Warned, events)] == ["ZERO_AMOUNT"]


def test_shares_that_miss_their_payment_are_warned_about(camt, read) -> None:
    def strd(number: str, amount: str) -> str:
        share = f"<RfrdDocAmt><RmtdAmt Ccy='SEK'>{amount}</RmtdAmt></RfrdDocAmt>"
        return f"<Strd><RfrdDocInf><Nb>{number}</Nb></RfrdDocInf>{share}</Strd>"

    inner = f"<RmtInf>{strd('1', '60.00')}{strd('2', '39.00')}</RmtInf>"

    assert [w.code for w in of(Warned, read(camt.file(camt.entry(camt.detail("100.00", inner)))))] == ["SHARES_DIFFER"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("<BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-23</Dt></ValDt>", date(2026, 11, 20)),
        ("<BookgDt><DtTm>2026-11-20T23:00:00+01:00</DtTm></BookgDt>", date(2026, 11, 20)),
        ("<ValDt><Dt>2026-11-23</Dt></ValDt>", date(2026, 11, 23)),
    ],
)
def test_booked_date_is_the_booking_date_else_the_value_date(camt, read, dates, expected) -> None:
    assert of(Payment, read(camt.file(camt.entry(camt.detail(), dates=dates))))[0].booked_date == expected


@pytest.mark.parametrize(
    ("piece", "code"),
    [
        ({"amount": ""}, "AMOUNT_MISSING"),
        ({"amount": '<Amt Ccy="SEK"/>'}, "AMOUNT_MISSING"),
        ({"amount": '<Amt Ccy="SEK">-100.00</Amt>'}, "AMOUNT_UNREADABLE"),
        ({"amount": "<Amt>100.00</Amt>"}, "CURRENCY_MISSING"),
        ({"amount": '<Amt Ccy="SEK">100.00</Amt><Amt Ccy="SEK">100.00</Amt>'}, "REPEATED_ELEMENT"),
        ({"sign": ""}, "INDICATOR_MISSING"),
        ({"sign": "<CdtDbtInd>C</CdtDbtInd>"}, "INDICATOR_UNREADABLE"),
        ({"status": ""}, "STATUS_MISSING"),
        ({"status": "<Sts><Cd/></Sts>"}, "STATUS_MISSING"),
        ({"more": "<RvslInd>maybe</RvslInd>"}, "REVERSAL_UNREADABLE"),
        ({"dates": "<BookgDt><Dt>2026-13-01</Dt></BookgDt>"}, "DATE_UNREADABLE"),
    ],
)
def test_entry_that_lacks_what_money_needs_is_refused(camt, read, piece, code) -> None:
    with pytest.raises(FormatError) as caught:
        read(camt.file(camt.entry(camt.detail(), **piece)))

    assert caught.value.code == code
    assert caught.value.line == 4


def test_elements_in_another_order_than_the_schemas_are_read(camt, read) -> None:
    document = camt.file(
        f"<Ntry><NtryDtls>{camt.detail()}</NtryDtls><Sts>BOOK</Sts><CdtDbtInd>CRDT</CdtDbtInd>"
        f"{SEK.format('100.00')}<BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>"
    )

    assert of(Payment, read(document))[0].amount_ore == 10000


class TestLargeEntry:
    """More details than are held before the entry is decided."""

    @pytest.fixture(autouse=True)
    def few_are_held(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(entry_module, "MOST_HELD", 3)

    def test_all_its_details_are_payments(self, camt, read) -> None:
        events = read(camt.file(camt.entry(*(camt.detail("20.00") for _ in range(5)))))

        assert [p.keys[0].value for p in of(Payment, events)] == [f"E1#{n}" for n in range(1, 6)]

    def test_its_sum_is_compared(self, camt, read) -> None:
        with pytest.raises(ControlTotalMismatch):
            read(camt.file(camt.entry(*(camt.detail("20.01") for _ in range(5)))))

    def test_a_late_detail_without_amount_is_refused(self, camt, read) -> None:
        details = [camt.detail("20.00") for _ in range(5)] + [camt.detail("")]

        with pytest.raises(FormatError) as caught:
            read(camt.file(camt.entry(*details)))

        assert caught.value.code == "DETAIL_AMOUNT_MISSING"

    def test_without_amounts_it_is_one_lump(self, camt, read) -> None:
        events = read(
            camt.file(camt.entry(*(camt.detail("") for _ in range(9)), last="<AddtlNtryInf>x</AddtlNtryInf>"))
        )

        assert (other(events).kind, other(events).amount_ore, other(events).texts) == (OtherKind.LUMP, 10000, ("x",))

    def test_pending_is_one_event(self, camt, read) -> None:
        events = read(camt.file(camt.entry(*(camt.detail() for _ in range(9)), status="<Sts>PDNG</Sts>")))

        assert other(events).kind == OtherKind.PENDING

    @pytest.mark.parametrize("late", [SEK.format("100.00"), "<Sts>BOOK</Sts>", "<RvslInd>true</RvslInd>"])
    def test_what_decides_must_come_before_the_details(self, camt, read, late) -> None:
        pieces = {"amount": SEK.format("100.00"), "status": "<Sts>BOOK</Sts>"}
        without = {name: "" for name, piece in pieces.items() if piece == late}
        entry = camt.entry(*(camt.detail("20.00") for _ in range(5)), **{**pieces, **without}, last=late)

        with pytest.raises(FormatError) as caught:
            read(camt.file(entry))

        assert caught.value.code == "ENTRY_UNORDERED"
