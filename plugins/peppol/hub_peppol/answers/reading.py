"""Bytes that came by the network to what they report. An answer that breaks a rule is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from hub.errors import FormatError
from hub.formats.xml_stream import probe
from hub.model.delivery import BuyerAnswer, Receipt
from hub_peppol.answers.invoice_response import read_invoice_response
from hub_peppol.answers.message_status import read_message_status
from hub_peppol.answers.parts import document_number
from hub_peppol.judging.engine import validate
from hub_peppol.judging.reading import root_of
from hub_peppol.judging.rule import FATAL
from hub_peppol.judging.specification import (
    INVOICE_RESPONSE,
    MESSAGE_LEVEL_RESPONSE,
    MESSAGE_LEVEL_STATUS,
    is_answer,
    specification_of,
)
from hub_peppol.network.sbdh import unwrapped

LAYERS = ("xsd", "peppol")
MOST_RULES = 5
LARGEST_ANSWER = 1024 * 1024
"""Bytes. An answer has no attachments; a rejection with a reason for each of 1,000 lines is less than half of it."""

_READERS: Mapping[str, Callable[[etree._Element], BuyerAnswer | Receipt]] = MappingProxyType(
    {
        INVOICE_RESPONSE: read_invoice_response,
        MESSAGE_LEVEL_RESPONSE: read_message_status,
        MESSAGE_LEVEL_STATUS: read_message_status,
    }
)


def read(content: bytes, *, sent_by: str = "") -> BuyerAnswer | Receipt | None:
    """Return what a document that came by the network reports; None for one that is no answer, such as an invoice.

    A buyer's answer has the number of the invoice and the buyer's electronic address. A receipt has the instance
    identifier of our envelope as its external id, by both MLR and MLS.

    Args:
        content: the document, with or without its envelope.
        sent_by: the electronic address that the envelope says sent it, such as `0007:5567321707`. It alone counts as
            the buyer's, for what is in the document anybody can write; blank where the access point does not tell it,
            and then the answer is believed of nobody.

    Raises:
        FormatError: hostile or damaged, against its rules (the message has their ids), or unclear. Nothing of it is
            to be applied: a person looks.
    """
    _refuse_large(content, probe(content))
    root = unwrapped(root_of(content))
    if not is_answer(root):
        return None
    _refuse_large(content, root)
    _refuse_invalid(root)
    report = _READERS[specification_of(root)](root)
    return report._replace(buyer=sent_by) if isinstance(report, BuyerAnswer) else report


def _refuse_large(content: bytes, root: Any) -> None:
    """Raise FormatError for a large answer, mostly before all is parsed; an invoice may be larger, with attachments."""
    if len(content) > LARGEST_ANSWER and is_answer(root):
        raise FormatError(
            f"{len(content)} bytes; an answer has at most {LARGEST_ANSWER}, ask who sent it what it is",
            code="TOO_LARGE",
        )


def _refuse_invalid(root: etree._Element) -> None:
    """Raise FormatError with the ids of the fatal rules that an answer breaks, unless it breaks none."""
    broken = [one.rule for one in validate(root, LAYERS).findings if one.severity == FATAL]
    if not broken:
        return
    ids = list(dict.fromkeys(broken))
    more = f" and {len(ids) - MOST_RULES} more" if len(ids) > MOST_RULES else ""
    number = document_number(root)
    raise FormatError(
        f"an answer{f' about {number}' if number else ''} breaks the rules {', '.join(ids[:MOST_RULES])}{more}; "
        "it is not believed: ask who sent it what it means, and for a right one",
        code="ANSWER_INVALID",
    )
