"""The channel: whom it reaches, its messages, and what comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from hub.banking_calendar import Clock
from hub.contracts import PluginContext, Promise
from hub.errors import ConfigurationError
from hub.model.attempts import Delivered, Message
from hub.model.delivery import (
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Reachable,
    Receipt,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import DocumentKind
from hub.transports.imap import ImapMailbox
from hub.transports.mail_folder import MailFolder
from hub.transports.mail_security import MailLogin
from hub.transports.returned_mail import ReturnedMail
from hub.transports.smtp import SmtpParty
from hub_email.addresses import AddressError, canonical
from hub_email.message import opened
from hub_email.preparing import message_of
from hub_email.receipts import receipt_of
from hub_email.settings import EmailSettings

_DAY_S = 24 * 3600


class EmailChannel:
    """Sends documents by email.

    It promises `neither`: no server can be asked, and the same Message-ID a second time is a second mail.
    """

    def __init__(self, settings: EmailSettings, clock: Clock, party: SmtpParty, returned: ReturnedMail | None) -> None:
        """`returned` is where mail comes back to; None: nobody reads it, and silence says that all went well."""
        self._settings = settings
        self._clock = clock
        self._party = party
        self._returned = returned

    @property
    def name(self) -> str:
        """`email`."""
        return "email"

    @property
    def promise(self) -> Promise:
        """An answer that is lost leaves it open whether the mail went on."""
        return Promise.NEITHER

    @property
    def step(self) -> RouteStep:
        """The step of routes that it serves."""
        return RouteStep.EMAIL

    @property
    def carries(self) -> Collection[DocumentKind]:
        """All kinds: what is said is in the PDF."""
        return frozenset(DocumentKind)

    @property
    def price_ore(self) -> int:
        """By the settings."""
        return self._settings.price_ore

    @property
    def silent_after_s(self) -> int:
        """When nothing more comes back, by the settings."""
        return self._settings.delivered_after_days * _DAY_S

    @property
    def silence(self) -> Silence:
        """Only what did not arrive is reported."""
        return Silence.DELIVERED

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Say whose address can be one; consent and protection have been judged before."""
        return {recipient.key: _reach(recipient) for recipient in recipients}

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make a mail of each document; see `hub_email.message` for its bytes."""
        made = [message_of(outgoing, self._settings) for outgoing in batch]
        prepared = [one for one in made if isinstance(one, Prepared)]
        return Preparation(prepared, [one for one in made if isinstance(one, Unfit)])

    def send(self, message: Message) -> Delivered:
        """Hand a mail to the server, dated now. Raises as `SmtpParty.send`."""
        envelope, content = opened(message.content, key=message.key, at=self._clock.now())
        return Delivered(self._party.send(envelope, content))

    def follow(self, cursor: str) -> Followed:
        """Read what came back: reports and complaints; all other mail is put aside unanswered."""
        if self._returned is None:
            return Followed((), cursor)
        fetched = self._returned.since(cursor)
        return Followed(tuple(self._receipts(fetched.mails)), fetched.cursor, fetched.has_more)

    def close(self) -> None:
        """Close the connection to the mail server; the next message opens another one."""
        self._party.close()

    def _receipts(self, mails: Sequence[bytes]) -> Iterator[Receipt]:
        for mail in mails:
            if receipt := receipt_of(mail, self._settings):
                yield receipt


def email_channel(settings: EmailSettings, context: PluginContext) -> EmailChannel:
    """Return the channel. Raises ConfigurationError when a setting is missing that it cannot do without."""
    for name in ("host", "sender_address"):
        if not getattr(settings, name):
            raise ConfigurationError("the setting is missing", where=f"plugins.email.{name}")
    login = MailLogin(settings.user, partial(context.secret, "password")) if settings.user else None
    party = SmtpParty(
        settings.host,
        settings.port,
        settings.security,
        login,
        ca_file=settings.ca_file,
        timeout_s=settings.timeout_s,
    )
    return EmailChannel(settings, context.clock, party, _returned_mail(settings, context))


def _returned_mail(settings: EmailSettings, context: PluginContext) -> ReturnedMail | None:
    if settings.mail_folder:
        return MailFolder(Path(settings.mail_folder))
    if not settings.imap_host:
        return None
    return ImapMailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_security,
        MailLogin(settings.imap_user, partial(context.secret, "imap_password")),
        mailbox=settings.imap_mailbox,
        handled=settings.imap_handled,
        ca_file=settings.ca_file,
    )


def _reach(recipient: Recipient) -> Reach:
    if not recipient.email:
        return Reach(Reachable.NO, "no email address is known")
    try:
        canonical(recipient.email)
    except AddressError as error:
        return Reach(Reachable.NO, str(error))
    return Reach(Reachable.YES)  # the mail goes to the address that the recipient has when it is made
