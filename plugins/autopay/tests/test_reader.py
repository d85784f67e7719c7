"""The reader: recognition, versions, sections, totals and content keys."""

from __future__ import annotations

import contextlib
import io

import pytest

from hub.contracts import PaymentFileReader, Recognition
from hub.errors import ControlTotalMismatch, FormatError
from hub.model.payment_file import (
    Balance,
    FileClosed,
    FileOpened,
    Level,
    OtherEntry,
    PayeeAccount,
    Payment,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub_autopay.mapping import FORMATS, NEWEST_VERSION, OLDEST_VERSION
from hub_autopay.reader import CamtReader

SUMMARY = "<TxsSummry><TtlNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlNtries></TxsSummry>"
PAGE = "<Id>S1</Id><{0}><PgNb>{1}</PgNb><LastPgInd>{2}</LastPgInd></{0}>"


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def warnings(events) -> list[str]:
    return [event.code for event in of(Warned, events)]


def refused(read, data: bytes, **settings) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(data, **settings)
    return caught.value


def test_reader_is_what_the_contract_asks_for() -> None:
    assert isinstance(CamtReader(), PaymentFileReader)
    assert CamtReader().name == "camt"


@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
@pytest.mark.parametrize("version", range(OLDEST_VERSION, NEWEST_VERSION + 1))
def test_every_declared_version_is_read(camt, read, message, version) -> None:
    data = camt.file(camt.entry(camt.detail()), message=message, version=f"{version:02d}")

    events = read(data)

    assert CamtReader().recognises(data) is Recognition.YES
    assert events[0].format in FORMATS
    assert (events[0].format, events[0].family) == (f"{message}.001.{version:02d}", message)
    assert warnings(events) == []


def test_newer_version_is_read_as_the_newest_with_a_warning(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail()), version="27"))

    assert warnings(events) == ["VERSION_UNKNOWN"]
    assert events[0].format == "camt.054.001.27"


@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
def test_without_a_namespace_the_child_decides_with_a_warning(camt, read, message) -> None:
    data = camt.file(camt.entry(camt.detail()), message=message, namespace="")

    events = read(data)

    assert CamtReader().recognises(data) is Recognition.YES
    assert (events[0].format, events[0].family) == (message, message)
    assert warnings(events) == ["NAMESPACE_MISSING"]


def test_prefixed_names_are_read(camt, read) -> None:
    data = camt.file(camt.entry(camt.detail())).decode()
    prefixed = data.replace(" xmlns=", " xmlns:n=").replace("</", "\0").replace("<", "<n:").replace("\0", "</n:")

    assert len(of(Payment, read(prefixed.encode()))) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_other_encodings_are_read(camt, read, encoding) -> None:
    payer = "<RltdPties><Dbtr><Nm>Åsa Öberg</Nm></Dbtr></RltdPties>"
    text = camt.file(camt.entry(camt.detail("100.00", payer))).decode()
    data = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>{text}".encode(encoding)

    assert CamtReader().recognises(data) is Recognition.YES
    assert of(Payment, read(data))[0].payer.name == "Åsa Öberg"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"01BGMAX",
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'><CstmrCdtTrfInitn/></Document>",
        b"<Document><CstmrCdtTrfInitn/></Document>",
        b"<Invoice/>",
        b"<!DOCTYPE Document><Document><BkToCstmrStmt/></Document>",
        b"\xff\xfe\x00",
    ],
)
def test_other_files_are_not_recognised(read, data) -> None:
    assert CamtReader().recognises(data) is Recognition.NO
    refused(read, data)


def test_head_cut_anywhere_after_its_namespace_is_recognised(camt) -> None:
    data = camt.file(camt.entry(camt.detail()))
    end_of_root = data.index(b">") + 1

    assert all(CamtReader().recognises(data[:end]) is Recognition.YES for end in range(end_of_root, len(data), 7))


def test_account_report_is_recognised_and_refused(read) -> None:
    data = b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.08'><BkToCstmrAcctRpt/></Document>"

    assert CamtReader().recognises(data) is Recognition.YES
    assert refused(read, data).code == "UNSUPPORTED_MESSAGE"


def test_first_version_is_refused(camt, read) -> None:
    assert refused(read, camt.file(version="01")).code == "UNSUPPORTED_VERSION"


@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
def test_message_without_section_is_refused(read, message) -> None:
    root = "BkToCstmrStmt" if message == "camt.053" else "BkToCstmrDbtCdtNtfctn"
    data = f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{message}.001.02'><{root}><GrpHdr/></{root}></Document>"

    assert refused(read, data.encode()).code == "NO_SECTION"


def test_namespace_of_one_message_with_the_body_of_another_is_refused(camt, read) -> None:
    data = camt.file(camt.entry(camt.detail())).replace(b"camt.054", b"camt.053")

    assert refused(read, data).code == "NO_SECTION"


def test_section_without_entries_is_fine(camt, read) -> None:
    events = read(camt.file())

    assert [type(event) for event in events] == [FileOpened, SectionOpened, SectionClosed, FileClosed]
    assert of(SectionClosed, events)[0].net_ore == 0


@pytest.mark.parametrize("account", ["", "<Acct><Id/></Acct>", "<Acct><Id><IBAN> </IBAN></Id></Acct>"])
@pytest.mark.parametrize("has_entry", [True, False])
def test_section_without_account_is_refused(camt, read, account, has_entry) -> None:
    entries = [camt.entry(camt.detail())] if has_entry else []

    assert refused(read, camt.file(*entries, account=account)).code == "ACCOUNT_MISSING"


def test_section_states_account_level_and_identity(camt, read) -> None:
    proxy = "<Prxy><Tp><Prtry>BGNR</Prtry></Tp><Id>991-2346</Id></Prxy>"
    account = f"<Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id><Ccy>SEK</Ccy>{proxy}</Acct>"

    (notification,) = of(SectionOpened, read(camt.file(account=account)))
    (statement,) = of(SectionOpened, read(camt.file(message="camt.053")))

    assert notification.account == PayeeAccount("iban", "SE4550000000058398257466")
    assert notification.alternative_account == PayeeAccount("bankgiro", "9912346")
    assert (notification.level, statement.level) == (Level.SPECIFICATION, Level.LUMP)
    assert (statement.account.number, statement.identity) == ("9912346", "S1")


def test_file_opens_before_anything_else_even_without_a_header(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail()), group=""))

    assert isinstance(events[0], FileOpened)
    assert warnings(events) == ["MESSAGE_ID_MISSING"]


def test_entries_are_numbered_in_each_section(camt, read) -> None:
    data = camt.file(camt.entry(camt.detail()), camt.entry())
    section = data[data.index(b"<Ntfctn>") : data.index(b"</BkToCstmr")]

    events = read(data.replace(section, section + section))

    assert [(type(e), e.entry) for e in of((Payment, OtherEntry), events)] == [(Payment, 1), (OtherEntry, 2)] * 2
    assert events[-1].payments == 2


@pytest.mark.parametrize("message", ["camt.053", "camt.054"])
@pytest.mark.parametrize("figures", [("1", "99.99"), ("1", "100.01"), ("0", "100.00")])
def test_summary_that_differs_is_refused(camt, read, message, figures) -> None:
    data = camt.file(camt.entry(), message=message, before=SUMMARY.format(*figures))

    with pytest.raises(ControlTotalMismatch):
        read(data)


def test_notification_with_fewer_entries_than_stated_is_refused(camt, read) -> None:
    with pytest.raises(ControlTotalMismatch):
        read(camt.file(camt.entry(), before=SUMMARY.format("2", "200.00")))


def test_statement_with_fewer_entries_than_stated_is_warned_about_or_refused(camt, read) -> None:
    data = camt.file(camt.entry(), message="camt.053", before=SUMMARY.format("2", "200.00"))

    assert warnings(read(data)) == ["PARTIAL_STATEMENT"]
    assert refused(read, data, refuse_partial_statements=True).code == "CONTROL_TOTAL"


@pytest.mark.parametrize(("number", "is_last"), [("1", "false"), ("2", "true")])
def test_pages_keep_apart_and_share_a_summary(camt, read, number, is_last) -> None:
    head = PAGE.format("StmtPgntn", number, is_last) + "<ElctrncSeqNb>9</ElctrncSeqNb>"

    events = read(
        camt.file(camt.entry(), message="camt.053", head=head, before=SUMMARY.format("2", "200.00")),
        refuse_partial_statements=True,
    )

    assert of(SectionOpened, events)[0].identity == f"S1/{number}"
    assert of(SectionClosed, events)[0].serial == f"9/{number}"
    assert warnings(events) == ["PARTIAL_STATEMENT"]


def test_only_page_is_no_page(camt, read) -> None:
    head = PAGE.format("StmtPgntn", "1", "true") + "<ElctrncSeqNb>9</ElctrncSeqNb><LglSeqNb>8</LglSeqNb>"

    events = read(camt.file(message="camt.053", head=head))

    assert (of(SectionOpened, events)[0].identity, of(SectionClosed, events)[0].serial) == ("S1", "8")


@pytest.mark.parametrize(("closing", "expected"), [("150.00", []), ("149.99", ["BALANCE_DIFFERS"])])
def test_balances_are_events_and_compared(camt, read, closing, expected) -> None:
    def balance(code: str, amount: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='SEK'>{amount}</Amt>"
            "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>"
        )

    before = balance("OPBD", "50.00") + balance("CLBD", closing) + balance("CLAV", "1.00")

    events = read(camt.file(camt.entry(), message="camt.053", before=before))

    assert [b.kind for b in of(Balance, events)] == ["opening", "closing", "CLAV"]
    assert warnings(events) == expected


def test_undated_entries_take_the_day_of_the_section(camt, read) -> None:
    events = read(camt.file(camt.entry(camt.detail(), dates="")))

    assert of(Payment, events)[0].booked_date is None
    assert str(of(SectionClosed, events)[0].booked_date) == "2026-11-21"
    assert warnings(events) == ["DATE_MISSING"]


def test_money_without_any_date_is_refused(camt, read) -> None:
    data = camt.file(camt.entry(camt.detail(), dates=""), head="<Id>S1</Id>", group="<GrpHdr/>")

    assert refused(read, data).code == "NO_DATE"


def test_copy_is_warned_about(camt, read) -> None:
    events = read(camt.file(head="<Id>S1</Id><CpyDplctInd>DUPL</CpyDplctInd>"))

    assert warnings(events) == ["COPY_OR_DUPLICATE"]


def test_equal_honest_payments_both_stay(camt, read) -> None:
    events = read(camt.file(*[camt.entry(camt.detail(), reference="")] * 2))

    assert len(of(Payment, events)) == 2


def test_warnings_of_one_kind_are_counted_beyond_their_limit(camt, read) -> None:
    zero = camt.entry(camt.detail("0.00"), amount='<Amt Ccy="SEK">0.00</Amt>')

    shown = of(Warned, read(camt.file(*[zero] * 5), warnings_per_code=2))

    assert [w.code for w in shown] == ["ZERO_AMOUNT"] * 3
    assert shown[-1].message.startswith("3 more")


def key(data: bytes) -> str:
    return CamtReader().content_key(io.BytesIO(data))


def test_content_key_ignores_form_and_sees_content(camt) -> None:
    data = camt.file(camt.entry(camt.detail("60.00"), camt.detail("40.00")))
    indented = data.replace(b"><", b">\r\n  <").decode().encode("utf-16")
    other = data.replace(b"60.00", b"61.00", 1)

    assert key(data) == key(indented)
    assert key(data) != key(other)


def test_content_key_of_a_broken_file_is_refused(camt) -> None:
    with pytest.raises(FormatError):
        key(camt.file()[:-20])


@pytest.mark.parametrize("empty", ["<CdtDbtInd/>", "<CdtDbtInd></CdtDbtInd>", "<CdtDbtInd> </CdtDbtInd>"])
def test_an_empty_indicator_in_a_detail_ends_in_a_format_error_at_most(read, samples, empty) -> None:
    data = (samples / "giro-in-creditor-account-v08.camt054.xml").read_bytes()
    head, mark, tail = data.partition(b"<TxDtls>")
    damaged = head + mark + tail.replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", empty.encode(), 1)
    assert damaged != data

    with contextlib.suppress(FormatError):
        read(damaged)
