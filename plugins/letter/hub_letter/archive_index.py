"""The Swedish hand-off: PDFs and `ArchiveIndex.xml`, which has an element `file` for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from hub.model.countries import HOME
from hub.model.documents import DocumentKind
from hub.money import plain_kronor
from hub.rules.delivery.address_lines import written_postal_code
from hub.rules.delivery.payment_box import payment_asked
from hub_letter.letters import Letter
from hub_letter.settings import LetterSettings

INDEX = "ArchiveIndex.xml"
ENCODING = "iso-8859-1"
ROOT, ENTRY = "Index", "file"
DIRECT_DEBIT = "AG"
_NO_PART_OF_A_NAME = re.compile(r"[^A-Za-z0-9]+")


def files(letters: Sequence[Letter], settings: LetterSettings) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a batch by their names, the index first."""
    names = _names(letters, settings)
    root = etree.Element(ROOT)
    for letter, name in zip(letters, names, strict=True):
        entry = etree.SubElement(root, ENTRY)
        for field, text in _fields(letter, name).items():
            etree.SubElement(entry, field).text = text
    written = etree.tostring(root, encoding=ENCODING, xml_declaration=True, pretty_print=True)
    assert isinstance(written, bytes)
    yield INDEX, written
    for letter, name in zip(letters, names, strict=True):
        yield name, letter.outgoing.pdf


def _fields(letter: Letter, name: str) -> Mapping[str, str]:
    document = letter.outgoing.document
    debtor, address = document.debtor, document.debtor.address
    asked = payment_asked(document)
    is_drawn = document.kind is DocumentKind.DIRECT_DEBIT_INVOICE and asked is None
    drawn_ore = document.to_pay_ore if is_drawn else None
    amount_ore, due_date, reference = asked or (drawn_ore, document.due_date or "", document.reference)
    return {
        "filename": name,
        "leveransid": letter.outgoing.delivery_id,  # ours, for acknowledgements; readers skip what they do not know
        "fakturanr": document.number,
        "ocrnr": reference,
        "belopp_att_betala": "" if amount_ore is None else plain_kronor(amount_ore),
        "kundid": debtor.number,
        "fakturadatum": document.issue_date,
        "forfallodatum": due_date,
        "kund_namn1": debtor.name.strip(),
        "kund_namn2": address.care_of.strip(),
        "kund_postadress": ", ".join(part.strip() for part in (address.street, address.street_2) if part.strip()),
        "kund_postnummer": written_postal_code(address.postal_code, address.country),
        "kund_postort": address.city.strip(),
        "kund_land": "Sweden" if address.country == HOME else address.country,
        "autogiro": DIRECT_DEBIT if is_drawn else "",
        "gironr": document.payee_account.partition(":")[2],
    }


def _names(letters: Sequence[Letter], settings: LetterSettings) -> Sequence[str]:
    """Return the name of each PDF; where the debtor's number would give two the same name, ours stands for it."""
    names: list[str] = []
    for letter in letters:
        number = _NO_PART_OF_A_NAME.sub("", letter.outgoing.document.number)
        identity = letter.outgoing.document.debtor.identity if settings.names_with_identity else None
        name = f"Faktura_{number}_to_{identity}.pdf"
        is_ours = identity is None or name in names
        names.append(f"Faktura_{number}_to_{letter.outgoing.delivery_id}.pdf" if is_ours else name)
    return names
