"""What a mail says besides the PDF: subject, names of files, and a text, plain and as simple HTML.

Nothing in it is fetched from anywhere when it is shown, and no personal number stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from hub.model.documents import Document, DocumentKind
from hub.model.payee_account import read_account
from hub.money import format_kronor, plain_kronor
from hub.rules.delivery.payment_box import PaymentAsked, payment_asked, written_number
from hub_email.plain_text import file_name, one_line
from hub_email.privacy import PersonalNumbers
from hub_email.wording import ACCOUNTS, COLLECTION, WORDS, Words

Row = tuple[str, str]


class MailText:
    """The text of one document's mail."""

    def __init__(self, document: Document, numbers: PersonalNumbers, *, sender: str, answers_to: str) -> None:
        """`sender` is the name of who sends it, `answers_to` the address for questions."""
        self._document = document
        self._asked = payment_asked(document)
        self._is_drawn = document.kind is DocumentKind.DIRECT_DEBIT_INVOICE and self._asked is None
        self._words = WORDS[document.language]
        self._numbers = numbers
        self._number = numbers.without(document.number)
        self._sender = one_line(sender)
        self._answers_to = answers_to

    @property
    def subject(self) -> str:
        """Such as `Faktura 17 från Nordvik`; of collection it says no more than that there is a letter."""
        is_delicate = self._document.kind in COLLECTION
        name = self._words.letter if is_delicate else self._words.names[self._document.kind]
        return " ".join(part for part in (name, self._number, self._words.sent_by.format(sender=self._sender)) if part)

    @property
    def pdf_name(self) -> str:
        """Such as `Faktura-17.pdf`."""
        name = self._words.names[self._document.kind]
        number = file_name(self._number)
        return f"{name}-{number}.pdf" if number else f"{name}.pdf"

    def attachment_name(self, name: str, place: int) -> str:
        """Return an attachment's own name; one that has a personal number, or is none, is named by its place from 1."""
        stem, point, ending = file_name(self._numbers.without(name)).rpartition(".")
        if stem and point:
            return f"{stem}.{ending}"
        own_ending = "".join(name.rpartition(".")[1:]) if "." in name else ""
        return stem or ending or f"{self._words.attachment}-{place}{file_name_ending(own_ending)}"

    @property
    def plain(self) -> str:
        """The text, with a line for each thing to know when paying."""
        rows = "\n".join(f"{label}: {value}" for label, value in self._rows())
        return "\n\n".join([*self._opening(), *([rows] if rows else []), *self._end()]) + "\n"

    @property
    def html(self) -> str:
        """The same as HTML."""
        rows = "".join(
            f"<tr><td>{escape(label)}</td><td><b>{escape(text)}</b></td></tr>" for label, text in self._rows()
        )
        table = f'<table cellpadding="4">\n{rows}\n</table>\n' if rows else ""
        return (
            f'<!DOCTYPE html>\n<html lang="{self._document.language}">\n<head><meta charset="utf-8">'
            f"<title>{escape(self.subject)}</title></head>\n<body>\n"
            f"{_paragraphs(self._opening())}{table}{_paragraphs(self._end())}</body>\n</html>\n"
        )

    def _opening(self) -> Iterator[str]:
        yield self._words.hello
        yield f"{self._words.enclosed.format(name=self.pdf_name)}"
        yield f"{self._words.names[self._document.kind]} {self._number} ".rstrip() + f" {self._from}."

    @property
    def _from(self) -> str:
        return self._words.sent_by.format(sender=self._sender)

    def _rows(self) -> Iterator[Row]:
        if self._asked is not None:
            yield from self._to_pay(self._asked)
        elif self._is_drawn:
            yield from self._drawn()

    def _to_pay(self, asked: PaymentAsked) -> Iterator[Row]:
        document, words = self._document, self._words
        is_plan = document.kind is DocumentKind.INSTALMENT_PLAN
        yield words.first_instalment if is_plan else words.to_pay, _amount(document, asked.amount_ore)
        if asked.due_date:
            yield words.due_date, asked.due_date
        if document.payee_account:
            yield _account(words, document.payee_account)
        if reference := asked.reference or self._number:
            yield words.reference, one_line(reference)

    def _drawn(self) -> Iterator[Row]:
        document, words = self._document, self._words
        if document.to_pay_ore:
            yield words.drawn, _amount(document, document.to_pay_ore)
        if document.due_date:
            yield words.due_date, document.due_date

    def _end(self) -> Iterator[str]:
        if self._asked is None:
            yield self._words.is_drawn if self._is_drawn else self._words.nothing_to_pay
        yield self._words.answer.format(address=self._answers_to)
        yield self._words.automatic


def file_name_ending(ending: str) -> str:
    """Return an ending such as `.pdf` when it is a short plain one, else nothing."""
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 5 else ""


def _amount(document: Document, amount_ore: int) -> str:
    if document.language == "en":
        return f"{document.currency} {plain_kronor(amount_ore)}"
    return f"{format_kronor(amount_ore)} {'kr' if document.currency == 'SEK' else document.currency}"


def _account(words: Words, account: str) -> Row:
    scheme, _, number = read_account(account).partition(":")
    return ACCOUNTS.get(scheme, words.account), written_number(scheme, number)


def _paragraphs(texts: Iterator[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>\n" for text in texts)
