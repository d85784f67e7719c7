"""The plugin's table `[plugins.letter]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from hub.contracts import PluginSettings
from hub.model.import_rows import AddressLine, ShortText
from hub.model.setting_values import KronorLimit, Switch
from hub.transports.file_settings import FolderSettings

MEGABYTE = 1_000_000


class HandOver(StrEnum):
    """How a batch is written."""

    MANIFEST = "manifest"
    ARCHIVE_INDEX = "archive_index"


class Postage(StrEnum):
    """How fast the letters go."""

    A = "A"
    B = "B"
    ECONOMY = "economy"


Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class LetterSettings(PluginSettings):
    """Settings of the channel."""

    format: HandOver = Field(default=HandOver.MANIFEST, description="What the printer reads.")
    out: FolderSettings = Field(default=FolderSettings(), description="Where batches for the printer are put.")
    acknowledgements: FolderSettings = Field(
        default=FolderSettings(), description="Where the printer puts its reports; left out: taken is delivered."
    )
    rest: FolderSettings = Field(
        default=FolderSettings(), description="Where what is left of an archive is put; left out: as `out`."
    )
    archive_source_system: ShortText = Field(
        default="archive_index", description="The source system (*försystem*) of invoices that come in archives."
    )
    price_ore: KronorLimit = Field(default=0, alias="price", description="What a letter costs, kronor without VAT.")
    postage: Postage = Field(default=Postage.ECONOMY, description="`A`, `B` or `economy`.")
    duplex: Switch = Field(default=True, description="Print on both sides.")
    colour: Switch = Field(default=False, description="Print in colour.")
    abroad: Switch = Field(default=True, description="The printer sends letters to other countries.")
    return_name: AddressLine = Field(default="", description="Whom undelivered letters go back to.")
    return_postal_code: AddressLine = Field(default="", description="Its postal code.")
    return_city: AddressLine = Field(default="", description="Its town.")
    most_letters: Annotated[StrictInt, Field(ge=1, le=100)] = Field(default=100, description="Of one batch.")
    largest_mb: Annotated[StrictInt, Field(ge=1, le=4_000)] = Field(
        default=50, description="How large a batch may be, in millions of bytes."
    )
    prints_once: Switch = Field(
        default=True,
        description="The printer prints a batch of one name once, however often it is put there; else a lost answer "
        "is for a person to find out about.",
    )
    silent_after_h: Annotated[StrictInt, Field(ge=1, le=24 * 30)] = Field(
        default=24, description="After how many hours without a report a person is asked."
    )
    address_codes: tuple[Code, ...] = Field(
        default=("address",), description="Codes of rejected letters that mean a wrong address; others go to a person."
    )
    names_with_identity: Switch = Field(
        default=False, description="Files of an `archive_index` are named by the debtor's personal number."
    )

    @property
    def largest(self) -> int:
        """How many bytes a batch may have."""
        return self.largest_mb * MEGABYTE
