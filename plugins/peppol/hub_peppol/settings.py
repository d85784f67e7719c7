"""The plugin's table `[plugins.peppol]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from hub.contracts import PluginSettings, SecretReference
from hub.model.delivery import Silence
from hub.model.import_rows import ShortText
from hub.model.setting_values import CompanyNumber, KronorLimit, Switch
from hub_peppol.ubl.endpoints import is_right, read_endpoint


def _endpoint(written: str) -> str:
    endpoint = read_endpoint(written)
    if not is_right(endpoint):
        raise ValueError("no address of Peppol's: write scheme and number, such as 0088:7300010000001")
    return f"{endpoint.scheme}:{endpoint.number}"


class InvoiceFormat(StrEnum):
    """What e-invoices are written in."""

    BIS = "bis"  # Peppol BIS Billing 3
    SVEFAKTURA = "svefaktura"  # 1.0, where buyers have agreed on it


class AccessPointName(StrEnum):
    """Who carries documents for us."""

    NONE = ""  # nobody: e-invoices are made and judged only
    PEPPYRUS = "peppyrus"
    RECOMMAND = "recommand"
    QVALIA = "qvalia"
    STORECOVE = "storecove"
    MAVENTA = "maventa"  # Visma AutoInvoice
    AS4 = "as4"  # we ourselves, accredited by the network


class Lookup(StrEnum):
    """Who is asked which documents a receiver takes."""

    ACCESS_POINT = "access_point"
    NETWORK = "network"  # SML and SMP, by ourselves


class PeppolSettings(PluginSettings):
    """Settings of making e-invoices and of sending them by Peppol."""

    endpoints: dict[CompanyNumber, Annotated[str, AfterValidator(_endpoint)]] = Field(
        default_factory=dict,
        description="Electronic addresses of companies, by company number; left out: the organisation number (0007).",
    )
    writes: InvoiceFormat = Field(
        default=InvoiceFormat.BIS,
        description="`bis`: Peppol BIS Billing 3; `svefaktura`: Svefaktura 1.0, by agreement, not by Peppol.",
    )
    access_point: AccessPointName = Field(
        default=AccessPointName.NONE,
        description="Who carries documents into the network: `peppyrus`, `recommand`, `qvalia`, `storecove`, "
        "`maventa` (Visma AutoInvoice), or `as4` where you are accredited yourself; left out: e-invoices are made and "
        "judged, and none is sent by this plugin.",
    )
    address: str = Field(default="", description="Where the access point listens; left out: its production.")
    account: str = Field(
        default="",
        max_length=100,
        description="Who we are there: the company's id (Recommand), registration number (Qvalia), legal entity's "
        "number (Storecove) or UUID (Maventa); Peppyrus needs none.",
    )
    companies: tuple[CompanyNumber, ...] = Field(
        default=(),
        description="Whose documents go by this account, by company number; left out: those of the company that sends "
        "first by it, and no other's.",
    )
    api_key: SecretReference | None = Field(
        default=None,
        description="Secret that we are known by; at Maventa the vendor's key, with `as4` our private key (PEM).",
    )
    api_secret: SecretReference | None = Field(
        default=None, description="A second secret: of Recommand's key, or the user's key at Maventa."
    )
    webhook_secret: SecretReference | None = Field(
        default=None, description="Secret that Qvalia signs its notices with; without it none is taken."
    )
    lookup: Lookup = Field(
        default=Lookup.ACCESS_POINT,
        description="Who is asked what a receiver takes: `access_point`, or `network` to ask SML and SMP ourselves.",
    )
    sml_zone: str = Field(
        default="participant.sml.prod.tech.peppol.org",
        max_length=200,
        description="The zone in which the network's register is asked; the test network has another.",
    )
    nameserver: str = Field(
        default="", max_length=200, description="Whom to ask, as `host` or `host:port`; left out: this machine's own."
    )
    smp_issuers: str = Field(
        default="",
        description="File with the certificates (PEM) of who issues those of SMPs: Peppol's root and its SMP CA. "
        "Without it `lookup` cannot be `network`.",
    )
    smp_revocations: tuple[str, ...] = Field(
        default=(), description="Files with the lists of certificates that they have revoked (CRL), kept fresh by you."
    )
    as4_certificate: str = Field(
        default="", description="With `as4`: file with our certificate in the network (PEM); its name is our party id."
    )
    access_point_issuers: str = Field(
        default="",
        description="With `as4`: file with the certificates (PEM) of who issues those of access points: Peppol's AP CA "
        "and its root.",
    )
    access_point_revocations: tuple[str, ...] = Field(
        default=(),
        description="With `as4`: files with the lists of certificates that they have revoked (CRL), kept fresh by you; "
        "nothing is sent without them.",
    )
    document_format: ShortText = Field(
        default="BIS3", description="What Maventa calls Peppol BIS Billing 3, as agreed with it."
    )
    price_ore: KronorLimit = Field(
        default=0, alias="price", description="What one document costs, in kronor without VAT; shown with the route."
    )
    largest_message_kb: Annotated[StrictInt, Field(ge=100, le=50_000)] = Field(
        default=10_000, description="Largest e-invoice with what is embedded in it, in thousands of bytes."
    )
    timeout_s: float = Field(default=60, gt=0, le=600, description="How long a call may take, in seconds.")
    margin_s: Annotated[StrictInt, Field(ge=0, le=3600)] = Field(
        default=120, description="How much later the access point may still take in what it has read, in seconds."
    )
    silent_after_h: Annotated[StrictInt, Field(ge=1, le=720)] = Field(
        default=72, description="Hours after which the access point should have reported."
    )
    silence: Silence = Field(
        default=Silence.ASK_A_PERSON,
        description="What it means when it has not: `ask_a_person`, or `delivered` where it is known to say nothing.",
    )
    judge_before_sending: Switch = Field(
        default=True, description="What breaks a rule of EN 16931 or Peppol is not sent: a person looks."
    )

    @model_validator(mode="after")
    def _what_is_written_goes_by_peppol(self) -> Self:
        if self.writes is InvoiceFormat.SVEFAKTURA and self.access_point is not AccessPointName.NONE:
            raise ValueError("a Svefaktura does not go by Peppol: leave access_point out, or writes")
        return self
