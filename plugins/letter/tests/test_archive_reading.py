"""An archive from outside is parted without changing a byte of what is passed on, and a hostile one is refused."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Mapping

import pytest

from hub.errors import FormatError
from hub.testing.contexts import ContextInMemory
from hub_letter import LetterChannel, LetterSettings
from hub_letter.archive_contents import Limits
from hub_letter.archive_reading import pass_on, read_archive, read_pdf
from hub_letter.index_reading import MOST_FIELDS
from plugins.letter.tests.documents import PERSON, outgoing, pdf

NAMES = ["Faktura_1_to_1212121212.pdf", f"Faktura_2_to_{PERSON}.pdf", "Faktura_3_to_none.pdf"]


def entry(name: str, more: str = "") -> str:
    return f"\t<file>\n\t\t<filename>{name}</filename>\n\t\t<kund_namn1>Åsa &amp; Bo</kund_namn1>{more}\n\t</file>\n"


def index(*entries: str, head: str = '<?xml version="1.0" encoding="iso-8859-1"?>\n') -> bytes:
    body = "".join(entries)
    return f"{head}<!-- made by us -->\n<Index>\n{body}</Index>\n".encode("latin-1")


def archive(index_xml: bytes | None = None, files: Mapping[str, bytes] | None = None, **given: int) -> io.BytesIO:
    target = io.BytesIO()
    content = {name: pdf(name) for name in NAMES} if files is None else files
    with zipfile.ZipFile(target, "w", given.get("compression", zipfile.ZIP_DEFLATED)) as made:
        made.writestr("ArchiveIndex.xml", index(*map(entry, NAMES)) if index_xml is None else index_xml)
        for name, file in content.items():
            made.writestr(name, file)
    return target


def members(source: io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(source) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def passed_on(source: io.BytesIO, *gone: str) -> dict[str, bytes]:
    target = io.BytesIO()
    pass_on(source, read_archive(source), gone, target)
    return members(target)


def code_of(source: io.BytesIO, limits: Limits | None = None) -> str:
    with pytest.raises(FormatError) as raised:
        read_archive(source, limits or Limits())
    return raised.value.code


# Reading


def test_what_the_index_says_is_read_in_both_vocabularies():
    swedish = "<fakturanr>7</fakturanr><belopp_att_betala>1500.00</belopp_att_betala><autogiro>AG</autogiro>"
    english = "<InvoiceNo>8</InvoiceNo><TotalAmount>99.50</TotalAmount><AGF>00</AGF><SocSec />"

    found = read_archive(archive(index(entry(NAMES[0], swedish), entry(NAMES[1], english)))).entries

    assert [(one.said("number"), one.said("to_pay"), one.is_direct_debit) for one in found] == [
        ("7", "1500.00", True),
        ("8", "99.50", False),
    ]
    assert found[0].said("debtor_name") == "Åsa & Bo"


def test_the_number_in_a_name_is_the_recipients_if_it_has_its_form():
    found = read_archive(archive()).entries

    assert [one.recipient_identity for one in found] == ["1212121212", PERSON, ""]


def test_a_pdf_that_is_missing_is_told_with_its_place_and_not_its_name():
    with pytest.raises(FormatError, match="line 8, record entry 2: the archive is damaged: its PDF is not") as raised:
        read_archive(archive(files={NAMES[0]: pdf(), NAMES[2]: pdf()}))

    assert PERSON not in str(raised.value)


def test_a_file_that_is_not_listed_holds_up_no_other():
    source = archive(files={**{name: pdf() for name in NAMES}, "extra.pdf": pdf()})

    found = read_archive(source)

    assert found.unlisted == ("extra.pdf",)
    assert read_pdf(source, found.entries[0]) == pdf()


def test_what_we_write_can_be_read():
    channel = LetterChannel(LetterSettings(format="archive_index", names_with_identity=True), ContextInMemory())
    (message,) = channel.prepare([outgoing("d-1"), outgoing("d-2")]).prepared

    found = read_archive(io.BytesIO(message.content)).entries

    assert [one.said("number") for one in found] == ["Fd-1", "Fd-2"]
    assert {one.recipient_identity for one in found} == {PERSON}


# Passing on


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_went_another_way_is_cut_out_and_all_else_keeps_its_bytes(at, compression):
    source = archive(compression=compression, files={**{name: pdf(name) for name in NAMES}, "read.me": b"as it is"})
    left = [name for name in NAMES if name != NAMES[at]]

    after = passed_on(source, NAMES[at])

    assert list(after) == ["ArchiveIndex.xml", *left, "read.me"]
    assert after["ArchiveIndex.xml"] == index(*map(entry, left))
    assert {name: after[name] for name in left} == {name: pdf(name) for name in left}
    assert [one.file_name for one in read_archive(archive(after["ArchiveIndex.xml"])).entries] == left


def test_nothing_gone_is_the_same_archive_and_all_gone_an_empty_one():
    assert passed_on(archive()) == members(archive())
    assert passed_on(archive(), *NAMES) == {"ArchiveIndex.xml": index()}


def test_elements_without_line_ends_between_them_are_cut_out_too():
    made = index("".join(entry(name).strip().replace("\n", "") for name in NAMES))

    after = passed_on(archive(made), NAMES[1])["ArchiveIndex.xml"]

    assert after == made.replace(entry(NAMES[1]).strip().replace("\n", "").encode("latin-1"), b"")


@pytest.mark.parametrize("gone", ["nothing.pdf", "ArchiveIndex.xml"])
def test_what_is_not_of_the_archive_cannot_have_gone(gone):
    source = archive()

    with pytest.raises(ValueError, match="cannot have gone"):
        passed_on(source, gone)


def test_a_disk_that_is_full_is_not_the_archives_fault():
    class Full(io.BytesIO):
        def write(self, _data: object, /) -> int:
            raise OSError(28, "No space left on device")

    source = archive()
    with pytest.raises(OSError, match="No space left"):
        pass_on(source, read_archive(source), [], Full())


# Hostile archives


@pytest.mark.parametrize(
    "name",
    ["../evil.pdf", "/etc/passwd", "a/b.pdf", "c:\\x.pdf", ".hidden", "folder/", "x\n.pdf", "-rf", "a" * 201, "~x"],
)
def test_a_member_whose_name_leads_elsewhere_is_refused(name):
    assert code_of(archive(files={name: b"x"})) == "ARCHIVE_NAMES"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", [NAMES[0], NAMES[0].upper()])
def test_two_members_of_one_name_are_refused(twin):
    source = archive()
    with zipfile.ZipFile(source, "a") as made:
        made.writestr(twin, b"another")

    assert code_of(source) == "ARCHIVE_NAMES"


@pytest.mark.parametrize(
    ("limits", "files"),
    [
        (Limits(member=1_000_000), {"bomb.pdf": bytes(2_000_000)}),
        (Limits(unpacked=1_000_000), {f"{at}.pdf": bytes(400_000) for at in range(3)}),
        (Limits(members=3), None),
        (Limits(directory=100), None),
        (Limits(archive=100), None),
        (Limits(largest_index=100), None),
    ],
)
def test_what_is_more_than_is_taken_is_refused_before_it_is_unpacked(limits, files):
    assert code_of(archive(files=files), limits) == "ARCHIVE_TOO_LARGE"


def test_a_member_that_says_it_is_small_and_is_not_ends_at_what_it_says():
    source = archive(files={NAMES[0]: bytes(1_000_000)})
    content = source.getvalue().replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    lying = io.BytesIO(content)

    with pytest.raises(FormatError):
        read_pdf(lying, read_archive(lying).entries[0])


def test_members_that_lie_over_each_other_are_refused():
    """A bomb of the second kind: a thousand names in the list lead to one member's bytes."""
    whole = archive(files={"0000.pdf": bytes(100_000)}, compression=zipfile.ZIP_STORED).getvalue()
    end = whole.rfind(b"PK\x05\x06")
    start = struct.unpack("<L", whole[end + 16 : end + 20])[0]
    index_size = whole.find(b"PK\x01\x02", start + 4) - start
    first = whole[start + index_size : end]
    more = b"".join(first.replace(b"0000.pdf", f"{at:04}.pdf".encode()) for at in range(1_000))
    directory = whole[start : start + index_size] + more
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1_001, 1_001, len(directory), start, 0)

    assert code_of(io.BytesIO(whole[:start] + directory + tail), Limits(archive=1_000_000)) == "ARCHIVE_TOO_LARGE"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ARCHIVE_KIND"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "ARCHIVE_KIND"),
        (b"%PDF-1.7", "ARCHIVE_KIND"),
        (b"PK\x05\x06", "ARCHIVE_KIND"),
        (archive().getvalue()[:-30], "ARCHIVE_KIND"),
        (b"#!/bin/sh\n" + archive().getvalue(), "ARCHIVE_KIND"),
        (archive().getvalue() + b"more", "ARCHIVE_KIND"),
    ],
)
def test_what_is_no_plain_zip_file_is_refused(content, code):
    assert code_of(io.BytesIO(content)) == code


def test_an_encrypted_member_is_refused():
    content = bytearray(archive().getvalue())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1

    assert code_of(io.BytesIO(bytes(content))) == "ARCHIVE_ENCRYPTED"


def test_a_member_packed_in_another_way_is_refused():
    assert code_of(archive(compression=zipfile.ZIP_LZMA)) == "ARCHIVE_KIND"


def test_an_archive_without_an_index_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("a.pdf", pdf())

    assert code_of(target) == "ARCHIVE_NAMES"


def test_damage_anywhere_is_refused_or_changes_nothing_that_is_passed_on():
    """A FormatError or the right bytes: never another error, and never other bytes of a PDF."""
    whole = archive().getvalue()
    rnd = random.Random(11)
    for _ in range(1_500):
        damaged = bytearray(whole)
        for _ in range(rnd.choice([1, 1, 4])):
            damaged[rnd.randrange(len(damaged))] = rnd.randrange(256)
        cut = len(damaged) if rnd.random() < 0.8 else rnd.randrange(len(damaged))
        source, target = io.BytesIO(bytes(damaged[:cut])), io.BytesIO()
        try:
            found = read_archive(source)
            pass_on(source, found, [one.file_name for one in found.entries[:1]], target)
        except FormatError:
            continue
        assert set(members(target).values()) <= {*members(archive()).values(), members(target)["ArchiveIndex.xml"]}


# Hostile indexes

LAUGHS = "".join(f'<!ENTITY a{at} "&a{at - 1};&a{at - 1};&a{at - 1};&a{at - 1};">' for at in range(1, 20))


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (f'<!DOCTYPE Index [<!ENTITY a0 "ha">{LAUGHS}]><Index><file>&a19;</file></Index>', "DTD_REFUSED"),
        ('<!DOCTYPE Index [<!ENTITY x SYSTEM "file:///etc/passwd">]><Index>&x;</Index>', "DTD_REFUSED"),
        ('<!DOCTYPE Index SYSTEM "http://example.org/x.dtd"><Index/>', "DTD_REFUSED"),
        ("<Index><file>&unknown;</file></Index>", "INDEX"),
        ("<Index><file><filename>a</filename></file>", "INDEX"),
        ("", "INDEX"),
        ("not xml", "INDEX"),
        ("<Files/>", "INDEX"),
        ("<Index><other/></Index>", "INDEX"),
        ('<Index><file a="&gt;"><filename>a</filename></file></Index>', "INDEX"),
        ("<Index><file/></Index>", "INDEX"),
        ("<Index><file><filename> </filename></file></Index>", "INDEX"),
        ("<Index><file><filename>a</filename><filename>b</filename></file></Index>", "INDEX"),
        (f"<Index>{entry('a.pdf')}{entry('A.pdf')}</Index>", "INDEX"),
        (f"<Index><file><filename>{'a' * 3_000}</filename></file></Index>", "INDEX"),
        (f"<Index><file>{''.join(f'<f{at}/>' for at in range(MOST_FIELDS + 1))}</file></Index>", "INDEX"),
        ('<?xml version="1.0" encoding="no-such"?><Index/>', "INDEX"),
        ("<Index>" + "<file>" * 5_000, "INDEX"),
    ],
)
def test_an_index_that_is_none_is_refused_and_nothing_of_it_is_expanded(xml, code):
    assert code_of(archive(xml.encode("latin-1"))) == code


def test_an_index_in_utf_16_is_refused():
    assert code_of(archive("<?xml version='1.0' encoding='utf-16'?><Index/>".encode("utf-16"))) == "INDEX"


def test_nothing_of_a_refused_index_is_repeated():
    with pytest.raises(FormatError) as raised:
        read_archive(archive(index(entry(f"Faktura_1_to_{PERSON}.pdf"), entry(f"Faktura_1_to_{PERSON}.pdf"))))

    assert PERSON not in str(raised.value)
