"""The plugin's table `[plugins.email]`."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from hub.contracts import PluginSettings, SecretReference
from hub.model.import_rows import NO_CONTROL_CHARACTERS
from hub.model.setting_values import KronorLimit
from hub.transports.mail_security import MailSecurity
from hub_email.addresses import AddressError, canonical

LONGEST_BOUNCE_NAME = 64 - len("+") - 40  # what is before the @ has 64 signs, a delivery's id 40 of them


def _own_address(text: str) -> str:
    try:
        address = canonical(text) if text else ""
    except AddressError as error:
        raise ValueError(str(error)) from None
    if not address.isascii():
        raise ValueError("an address of ours has only plain letters before the @: not every server takes others")
    return address


def _whole_path(path: str) -> str:
    if path and not PurePath(path).is_absolute():
        raise ValueError("must be a whole path, such as /srv/mail/returned: the hub is started in more than one place")
    return path


OwnAddress = Annotated[str, AfterValidator(_own_address)]
Line = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]
WholePath = Annotated[Line, AfterValidator(_whole_path)]
Port = Annotated[StrictInt, Field(ge=1, le=65535)]
Bytes = Annotated[StrictInt, Field(ge=10_000, le=100_000_000)]


class EmailSettings(PluginSettings):
    """Settings of the channel: the server that takes mail on, who sends, and where mail comes back to."""

    host: Line = Field(default="", description="The mail server that takes our mail on; must be given.")
    port: Port = Field(default=465, description="Its port: 465 with `implicit_tls`, 587 with `starttls`.")
    security: MailSecurity = Field(
        default=MailSecurity.IMPLICIT_TLS, description="`implicit_tls` or `starttls`; without TLS nothing is sent."
    )
    user: Line = Field(default="", description="Whom we log in as; left out: without login.")
    password: SecretReference | None = Field(default=None, description="By reference: `env:NAME` or `file:PATH`.")
    ca_file: WholePath = Field(
        default="", description="PEM file of certificate issuers; left out: those of the system."
    )
    timeout_s: float = Field(default=120.0, ge=1, le=900, description="How long a message may take, in seconds.")
    sender_address: OwnAddress = Field(default="", description="Where the mail is from; must be given.")
    sender_name: Line = Field(default="", description="The name beside it; left out: the address alone.")
    reply_to: OwnAddress = Field(default="", description="Where answers go, to people; left out: the sender's address.")
    bounce_address: OwnAddress = Field(
        default="",
        description="Where returned mail goes: `bounce@example.se` becomes `bounce+<delivery>@example.se`. Left out: "
        "the sender's address.",
    )
    mail_folder: WholePath = Field(
        default="", description="Folder that returned mail is read from, maildir or .eml files."
    )
    imap_host: Line = Field(default="", description="Server whose mailbox returned mail is read from.")
    imap_port: Port = Field(default=993, description="Its port: 993 with `implicit_tls`, 143 with `starttls`.")
    imap_security: MailSecurity = Field(default=MailSecurity.IMPLICIT_TLS, description="As `security`.")
    imap_user: Line = Field(default="", description="Whom we log in as there.")
    imap_password: SecretReference | None = Field(default=None, description="By reference.")
    imap_mailbox: Line = Field(default="INBOX", description="The mailbox that returned mail comes to.")
    imap_handled: Line = Field(default="handled", description="The mailbox that it is moved to when it has been read.")
    delivered_after_days: Annotated[StrictInt, Field(ge=1, le=30)] = Field(
        default=3, description="After so many days without a report a document counts as delivered."
    )
    warn_above_bytes: Bytes = Field(default=5_000_000, description="A larger message is warned of in the log.")
    refuse_above_bytes: Bytes = Field(default=10_000_000, description="A larger message goes by the next channel.")
    price_ore: KronorLimit = Field(
        default=0, alias="price", description='What a message costs, in kronor such as "0,05".'
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.user and self.password is None:
            raise ValueError("a user needs a password, by reference")
        if self.mail_folder and self.imap_host:
            raise ValueError(
                "returned mail is read from a folder or from a mailbox: leave mail_folder or imap_host out"
            )
        if self.imap_host and not (self.imap_user and self.imap_password):
            raise ValueError("a mailbox needs imap_user and imap_password")
        if len(self.bounce_address.partition("@")[0]) > LONGEST_BOUNCE_NAME:
            raise ValueError(f"what stands before the @ of bounce_address has at most {LONGEST_BOUNCE_NAME} signs")
        if self.warn_above_bytes > self.refuse_above_bytes:
            raise ValueError("warn_above_bytes is larger than refuse_above_bytes")
        return self
