"""From documents to messages, from the documents and the settings alone."""

from __future__ import annotations

import logging
from email.headerregistry import Address

from hub.model.delivery import Outgoing, Prepared, Unfit
from hub.model.documents import Attachment
from hub.rules.delivery.payment_box import payment_asked
from hub_email.addresses import AddressError, bounce_address, canonical
from hub_email.body import MailText
from hub_email.message import Letter, message_bytes
from hub_email.plain_text import one_line
from hub_email.privacy import PersonalNumbers
from hub_email.settings import EmailSettings

_log = logging.getLogger("hub.email")
_NOT_A_MAIL = (ValueError, LookupError, TypeError, AttributeError)  # the library says so in all these ways
_DEFAULT_TYPE = "application/octet-stream"
_LIKE_OTHERS = ("multipart/", "message/")  # attachments of these kinds would be read as parts of the mail itself


def message_of(outgoing: Outgoing, settings: EmailSettings) -> Prepared | Unfit:
    """Make one document's message, or say why there is none."""
    numbers = PersonalNumbers(outgoing.recipient.identity, outgoing.document.debtor.identity or "")
    asked = payment_asked(outgoing.document)
    if numbers.stand_in(asked.reference if asked is not None else outgoing.document.reference):
        return Unfit(outgoing.delivery_id, "the payment reference holds a personal number, which is not sent by email")
    try:
        content = message_bytes(_letter(outgoing, settings, numbers))
    except AddressError as error:
        return Unfit(outgoing.delivery_id, str(error))
    except _NOT_A_MAIL:
        return Unfit(outgoing.delivery_id, "the document cannot be written as a mail: look at names and attachments")
    return _within_limits(outgoing.delivery_id, content, settings)


def _within_limits(delivery_id: str, content: bytes, settings: EmailSettings) -> Prepared | Unfit:
    size = len(content)
    if size > settings.refuse_above_bytes:
        limit = settings.refuse_above_bytes
        return Unfit(delivery_id, f"the mail would have {size} bytes, and at most {limit} are sent: fewer attachments")
    if size > settings.warn_above_bytes:
        _log.warning("the mail of delivery %s has %d bytes: some servers refuse it", delivery_id, size)
    return Prepared((delivery_id,), content)


def _letter(outgoing: Outgoing, settings: EmailSettings, numbers: PersonalNumbers) -> Letter:
    document = outgoing.document
    answers_to = settings.reply_to or settings.sender_address
    sender = one_line(settings.sender_name)
    text = MailText(document, numbers, sender=sender or settings.sender_address, answers_to=answers_to)
    bounces_to = settings.bounce_address
    return Letter(
        delivery_id=outgoing.delivery_id,
        sender=_address(sender, settings.sender_address),
        reply_to=answers_to,
        recipient=_address(numbers.without(document.debtor.name), canonical(outgoing.recipient.email)),
        returns_to=bounce_address(bounces_to, outgoing.delivery_id) if bounces_to else settings.sender_address,
        subject=text.subject,
        language=document.language,
        plain=text.plain,
        html=text.html,
        pdf_name=text.pdf_name,
        pdf=outgoing.pdf,
        attachments=tuple(
            _attached(one, text.attachment_name(one.name, place)) for place, one in enumerate(document.attachments, 1)
        ),
    )


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _attached(attachment: Attachment, name: str) -> Attachment:
    kind = attachment.content_type
    return attachment.model_copy(
        update={"name": name, "content_type": _DEFAULT_TYPE if kind.startswith(_LIKE_OTHERS) else kind}
    )
