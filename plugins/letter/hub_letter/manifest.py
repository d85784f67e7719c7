"""The neutral hand-off: `manifest.csv`, one line for each letter, and the PDFs that it names."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence

from hub.rules.delivery.address_lines import written_postal_code
from hub_letter.letters import Letter
from hub_letter.settings import LetterSettings

MANIFEST = "manifest.csv"
COLUMNS = (
    "attempt_id", "file", "sha256", "pages", "duplex", "colour", "postage", "name", "care_of", "street", "street2",
    "postal_code", "city", "country", "return_name", "return_postal", "return_city", "attachments",
)  # fmt: skip
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "'")


def files(letters: Sequence[Letter], settings: LetterSettings) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a batch by their names, the manifest first."""
    yield MANIFEST, _written(letters, settings)
    for letter in letters:
        yield _pdf_name(letter), letter.outgoing.pdf
        for name, attachment in zip(_attachment_names(letter), letter.attachments, strict=True):
            yield name, attachment.content


def _written(letters: Sequence[Letter], settings: LetterSettings) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([*_job(letter, settings), *_addressed(letter, settings)] for letter in letters)
    return text.getvalue().encode("utf-8")


def _job(letter: Letter, settings: LetterSettings) -> list[str]:
    outgoing = letter.outgoing
    return [
        outgoing.delivery_id,
        _pdf_name(letter),
        hashlib.sha256(outgoing.pdf).hexdigest(),
        "" if letter.pages is None else str(letter.pages),
        _yes_or_no(settings.duplex),
        _yes_or_no(settings.colour),
        settings.postage,
    ]


def _addressed(letter: Letter, settings: LetterSettings) -> list[str]:
    debtor = letter.outgoing.document.debtor
    address = debtor.address
    code = written_postal_code(address.postal_code, address.country)
    returned_to = (settings.return_name, settings.return_postal_code, settings.return_city)
    texts = (debtor.name, address.care_of, address.street, address.street_2, code, address.city, address.country)
    return [*(_as_text(text) for text in (*texts, *returned_to)), " ".join(_attachment_names(letter))]


def _as_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before it is no part of it."""
    text = text.strip()
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _pdf_name(letter: Letter) -> str:
    return f"{letter.outgoing.delivery_id}.pdf"


def _attachment_names(letter: Letter) -> Sequence[str]:
    return [f"{letter.outgoing.delivery_id}-{at}.pdf" for at in range(1, len(letter.attachments) + 1)]


def _yes_or_no(is_so: bool) -> str:
    return "yes" if is_so else "no"
