"""Payment orders as pain.001: by each bank's rules, valid by the schema, and read back by others to the same sums."""

from __future__ import annotations

import importlib
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from hub.errors import DataError
from hub.formats.xml_layout import collect, compile_fields
from hub.model.payment_orders import OrderAccount, PaymentOrder
from hub.testing.conformance.payment_orders import BATCH, PLAIN, SEVERAL
from hub_autopay.bank_profiles import bank_profiles
from hub_autopay.order_layout import DOCUMENT, VERSIONS, namespace_of
from hub_autopay.order_values import values_of
from hub_autopay.orders import BankOrders
from hub_autopay.sanitising import sanitised
from hub_autopay.settings import PaymentOrderSettings
from plugins.autopay.tests.order_files import assert_valid, ordered

AGREED = {"nordea": {"initiating_id": "SIGNER1", "debtor_id": "AVTAL22"}}
BANKS = sorted(bank_profiles())
EVERY = [(bank, version) for bank in BANKS for version in VERSIONS]


def given_by(bank="any", **more):
    return PaymentOrderSettings.model_validate({"bank": bank, **AGREED.get(bank, {}), **more})


def writer(bank="any", **more):
    return BankOrders("bank", given_by(bank, **more).terms)


def tree(data):
    return etree.fromstring(data)


def texts(data, path):
    """Return the texts at a path of local names, in order."""
    return [
        str(one) for one in tree(data).xpath("".join(f"//*[local-name()='{x}']" for x in path.split("/")) + "/text()")
    ]


def written(bank="any", orders=SEVERAL, version="03", **batch):
    return writer(bank, version=version).write(BATCH._replace(orders=orders, **batch))


@pytest.mark.parametrize(("bank", "version"), EVERY)
def test_a_file_of_every_bank_and_version_is_valid_and_orders_each_payment_once(bank, version):
    data = written(bank, version=version)

    assert_valid(data)
    assert ordered(data) == {one.end_to_end_id: one.amount_ore for one in SEVERAL}
    assert texts(data, "GrpHdr/MsgId") == ["RH1-261123-17"]


@pytest.mark.parametrize(("bank", "version"), EVERY)
def test_a_peer_reads_the_same_sums(bank, version):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from xsdata.formats.dataclass.parsers import XmlParser

        module = importlib.import_module(f"pyiso20022.pain.pain_001_001_{version}")
        found = XmlParser().from_bytes(written(bank, version=version), module.Document).cstmr_cdt_trf_initn
    paid = {
        one.pmt_id.end_to_end_id: one.amt.instd_amt.value * 100 for part in found.pmt_inf for one in part.cdt_trf_tx_inf
    }

    assert paid == {one.end_to_end_id: one.amount_ore for one in SEVERAL}
    assert found.grp_hdr.ctrl_sum * 100 == BATCH.total_ore
    assert [part.ctrl_sum * 100 for part in found.pmt_inf] == [
        sum(paid[one.pmt_id.end_to_end_id] for one in part.cdt_trf_tx_inf) for part in found.pmt_inf
    ]


def test_a_bankgiro_number_is_an_account_at_the_clearing_house_with_its_reference():
    data = written(orders=(PLAIN,))

    assert texts(data, "CdtrAcct/Othr/Id") == ["9912346"]
    assert texts(data, "CdtrAcct/Prtry") == ["BGNR"]
    assert texts(data, "CdtrAgt/MmbId") == ["9900"]
    assert texts(data, "CdtrAgt/Cd") == ["SESBA"]
    assert (texts(data, "CdtrRefInf/Ref"), texts(data, "CdtrRefInf/Cd")) == (["657866"], ["SCOR"])
    assert texts(data, "RfrdDocAmt/RmtdAmt") == ["1250.50"]


@pytest.mark.parametrize(
    ("bank", "number", "member"),
    [("any", "10181", "9500"), ("any", "9690017", "9500"), ("any", "9960001", "9960"), ("swedbank", "10181", "9960")],
)
def test_a_plusgiro_number_is_paid_through_the_member_that_the_bank_says(bank, number, member):
    data = written(bank, (PLAIN._replace(payee=OrderAccount("plusgiro", number)),))

    assert texts(data, "CdtrAgt/MmbId") == [member]
    assert texts(data, "CdtrAcct/Cd") == ["BBAN"]


def test_an_account_is_paid_by_clearing_number_and_the_rest():
    data = written(orders=(PLAIN._replace(payee=OrderAccount("bban", "91501234567")),))

    assert (texts(data, "CdtrAgt/MmbId"), texts(data, "CdtrAcct/Othr/Id")) == (["9150"], ["1234567"])


@pytest.mark.parametrize(
    ("bank", "drawn"), [("any", ["BG"]), ("swedbank", ["BG"]), ("nordea", []), ("seb", ["BG"]), ("danske", ["BG"])]
)
def test_payments_to_bankgiro_numbers_are_drawn_on_one_where_the_bank_does(bank, drawn):
    parts = tree(written(bank)).findall(".//{*}PmtInf")
    by_giro = [one.findtext("{*}PmtInfId")[-2:] for one in parts if one.findtext("{*}DbtrAcct//{*}Prtry") == "BGNR"]

    assert by_giro == drawn


def test_a_bank_that_draws_on_a_bankgiro_number_needs_one():
    batch = BATCH._replace(debtor_giro=None)

    assert "drawn_on" in writer("swedbank").why_not(batch, PLAIN)
    assert writer("seb").why_not(batch, PLAIN) == ""
    assert writer("swedbank").why_not(batch, SEVERAL[1]) == ""
    with pytest.raises(DataError, match="drawn_on"):
        writer("swedbank").write(batch)


def test_a_bank_that_wants_the_town_is_not_sent_a_payment_without():
    without = PLAIN._replace(payee_town="")

    assert "town" in writer("swedbank").why_not(BATCH, without)
    assert writer("handelsbanken").why_not(BATCH, without) == ""


def test_a_bank_has_its_own_levels_and_ids():
    assert texts(written("swedbank"), "InitgPty/Othr/Id") == ["065566778899B001"]
    assert texts(written("swedbank"), "SvcLvl/Cd") == []
    assert set(texts(written("seb"), "SvcLvl/Cd")) == {"NURG"}
    assert texts(written("nordea"), "InitgPty/Othr/Id") == ["SIGNER1"]
    assert set(texts(written("nordea"), "Dbtr/Othr/Id")) == {"AVTAL22"}
    assert set(texts(written("danske"), "DbtrAgt/BIC")) == {"DABASESX"}
    assert set(texts(written("danske", version="09"), "DbtrAgt/BICFI")) == {"DABASESX"}


def test_what_a_bank_gives_with_its_agreement_must_be_said():
    with pytest.raises(ValidationError, match="Nordea gives initiating_id"):
        PaymentOrderSettings.model_validate({"bank": "nordea"})
    with pytest.raises(ValidationError, match="no such bank is known"):
        PaymentOrderSettings.model_validate({"bank": "sparbanken"})


def test_a_text_to_a_giro_number_is_cut_where_a_message_ends():
    long = "Återbetalning av överskjutande belopp på faktura 7866"
    giro, account = (PLAIN._replace(payee=OrderAccount(scheme, "91501234567"), reference="", text=long) for scheme in (
        "plusgiro", "bban"))  # fmt: skip

    assert texts(written(orders=(giro,)), "RmtInf/Ustrd") == [long[:25].strip()]
    assert texts(written(orders=(account,)), "RmtInf/Ustrd") == [long]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Åke & Söner", "Åke + Söner"),
        ("Ærø\u0301 _x_", "Ärö -x-"),
        ("a\r\n\tb", "a b"),
        ("Łódź", "Lodz"),
        ("日本", "??"),
        ("\u200bx\x00", "x"),
    ],
)
def test_a_text_is_written_in_letters_that_banks_take(text, taken):
    assert sanitised(text, 140) == taken


@given(st.text(max_size=60), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_a_sanitised_text_stays_as_it_is(text, longest):
    once = sanitised(text, longest)

    assert sanitised(once, longest) == once
    assert len(once) <= longest


def test_booking_one_by_one_is_asked_for_where_the_settings_say_so():
    assert texts(writer("seb", book_singly=True).write(BATCH), "PmtInf/BtchBookg")[0] == "false"
    assert texts(written("seb"), "PmtInf/BtchBookg") == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount_ore": 0}, "amount"),
        ({"payee": OrderAccount("iban", "NO9386011117947")}, "not in Sweden"),
        ({"payee": OrderAccount("other", "1")}, "no such kind"),
        ({"reference": "12A"}, "OCR"),
        ({"end_to_end_id": "R 1"}, "id has"),
        ({"payee_name": " "}, "no name"),
    ],
)
def test_what_cannot_be_paid_says_why(change, why):
    assert why in writer().why_not(BATCH, PLAIN._replace(**change))


def test_another_currency_is_not_ordered():
    assert "SEK" in writer().why_not(BATCH._replace(currency="EUR"), PLAIN)


# Writing and reading by one declaration

_IDS = st.text("ABCdef0123456789-", min_size=1, max_size=20).map("R{}".format)
_LETTERS = st.text("abcåäöÅÄÖ/-?:().,'+ 019", max_size=30)
_ACCOUNTS = st.sampled_from([one.payee for one in SEVERAL])
_ORDERS = st.lists(
    st.builds(
        PaymentOrder,
        _IDS,
        st.integers(1, 10**13 - 1),
        _ACCOUNTS,
        _LETTERS.map("N{}".format),
        _LETTERS.map("T{}".format),
        st.sampled_from(["SE", "NO"]),
        st.sampled_from(["", "657866", "RF18539007547034"]),
        _LETTERS,
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.end_to_end_id,
)


@given(_ORDERS, st.sampled_from(EVERY))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_the_same_and_is_valid(orders, place):
    bank, version = place
    batch = BATCH._replace(orders=tuple(orders))
    data = writer(bank, version=version).write(batch)
    values = {}
    collect(tree(data), compile_fields(DOCUMENT, f"{{{namespace_of(version)}}}"), values)

    assert_valid(data)
    assert values == without_blanks(values_of(batch, given_by(bank, version=version).terms))


def without_blanks(values):
    """Return values as they are read: what is blank is not there."""
    kept = {name: value for name, value in values.items() if value}
    return {
        name: [without_blanks(one) for one in value] if isinstance(value, list) else value
        for name, value in kept.items()
    }
