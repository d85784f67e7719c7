"""Where receivables come from (*försystem*), and how the columns of its files map to ours."""

from __future__ import annotations

import codecs
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_validator, model_validator

from hub.model.setting_values import FIELD_NAME, CompanyNumber, RoutineNumber, SettingName

TargetField = Annotated[str, Field(pattern=FIELD_NAME)]
SourceColumn = Annotated[str, Field(min_length=1, max_length=200)]
_ONLY_WITH: dict[str, tuple[str, ...]] = {
    "sheet": ("xlsx",),
    "encoding": ("csv",),
    "delimiter": ("csv",),
    "header_row": ("csv", "xlsx"),
    "rows_at": ("json",),
}
PROBE_DATE = datetime(2026, 11, 22)  # noqa: DTZ001 - a date to try formats on: day over 12, month unlike year


class FileFormat(StrEnum):
    """Kinds of files that receivables come in."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    COMMA = ","
    POINT = "."


class SourceSystem(BaseModel):
    """One system that hands over receivables by file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: SettingName = Field(description="Its name: part of every receivable's identity, so it never changes.")
    company: CompanyNumber | None = Field(default=None, description="The company of rows that name none.")
    routines: tuple[RoutineNumber, ...] = Field(
        default=(), description="The routines it delivers; if one only, it is the routine of rows that name none."
    )
    format: FileFormat = Field(default=FileFormat.CSV, description="The kind of file.")
    columns: dict[TargetField, SourceColumn] = Field(
        default_factory=dict,
        description="Our field to the file's column heading (or JSON key); left out: the file uses our names.",
    )
    fixed_values: dict[TargetField, str] = Field(
        default_factory=dict, description="Our field to a value that all rows have."
    )
    decimal_sign: DecimalSign = Field(default=DecimalSign.COMMA, description="What stands before the decimals.")
    date_format: str = Field(
        default="%Y-%m-%d", description="How dates are written, in the signs of Python's `strptime`."
    )
    encoding: str = Field(default="utf-8", description="With csv: the character encoding, such as `cp1252`.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        default=";", description="With csv: the sign between columns."
    )
    sheet: str = Field(default="", description="With xlsx: the sheet's name; left out: the first one.")
    header_row: Annotated[StrictInt, Field(ge=1, le=100)] = Field(
        default=1, description="With csv and xlsx: the row of the column headings, counted from 1."
    )
    rows_at: str = Field(
        default="", description="With json: the key of the list of receivables; left out: the file is the list."
    )

    @property
    def default_routine(self) -> str | None:
        """The routine of rows that name none."""
        return self.routines[0] if len(self.routines) == 1 else None

    @field_validator("date_format")
    @classmethod
    def _names_a_whole_date(cls, text: str) -> str:
        try:
            is_whole = datetime.strptime(PROBE_DATE.strftime(text), text) == PROBE_DATE  # noqa: DTZ007 - no time in it
        except ValueError:
            is_whole = False
        if not is_whole:
            raise ValueError('a date format names year, month and day, such as "%Y-%m-%d" or "%y%m%d"')
        return text

    @field_validator("encoding")
    @classmethod
    def _is_a_text_encoding(cls, name: str) -> str:
        try:
            "".encode(codecs.lookup(name).name)
        except (LookupError, ValueError):
            raise ValueError("no such character encoding; usual ones are utf-8, cp1252 and latin-1") from None
        return name

    @field_validator("delimiter")
    @classmethod
    def _can_part_columns(cls, sign: str) -> str:
        if sign.isalnum() or sign in '\r\n"':
            raise ValueError('a delimiter is a sign such as ";" or "\\t", no letter, digit, quote or line end')
        return sign

    @model_validator(mode="after")
    def _settings_belong_to_the_format(self) -> Self:
        for setting, formats in _ONLY_WITH.items():
            if setting in self.model_fields_set and self.format not in formats:
                raise ValueError(f"{setting} has a meaning only with format {' or '.join(formats)}")
        if self.format is FileFormat.CSV and self.delimiter == self.decimal_sign and "," in self.delimiter:
            raise ValueError("delimiter and decimal_sign are both a comma")
        return self

    @model_validator(mode="after")
    def _no_field_is_given_twice(self) -> Self:
        twice = sorted(self.columns.keys() & self.fixed_values.keys())
        if twice:
            raise ValueError(f"{twice[0]} stands both in columns and in fixed_values")
        return self
