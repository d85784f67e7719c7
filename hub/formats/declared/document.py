"""The TOML document of a layout, as people write it; what each key means stands in docs/declared-layouts.md."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sign = Literal["none", "leading", "trailing", "always"]
Amount = Literal["ore", "point", "comma"]
TooLong = Literal["refuse", "cut"]
Position = Annotated[int, Field(ge=1, le=100_000)]
Values = str | bool | list[str] | list[bool]


class Form(BaseModel):
    """A table of the document; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldForm(Form):
    """One field: what it says, where it stands, how it is written."""

    field: str = Field(default="", description="name of a field of the message")
    constant: str | None = Field(default=None, description="text that always stands there")
    blank: bool = Field(default=False, description="positions that nobody uses")
    count: str | list[str] = Field(default="", description="`records`, or names of records: how many there are")
    total: str | list[str] = Field(
        default="", description="sum of a field of a record, as `record.field`; or of several"
    )
    comment: str = Field(default="", description="the manual's own term, for people")
    first: Position | None = Field(default=None, description="first position, from 1")
    last: Position | None = Field(default=None, description="last position")
    width: Position | None = Field(default=None, description="how many positions")
    up_to: Position | None = Field(default=None, description="most characters of a field that is not filled up")
    column: str = Field(default="", description="heading of the column in a CSV file with a heading")
    at: str = Field(default="", description="path in XML or JSON, such as `debtor/name` or `@id`")
    align: Literal["left", "right"] | None = Field(default=None, description="which side a text stands at")
    pad: str | None = Field(default=None, min_length=1, max_length=1, description="what fills a field up")
    date: str = Field(default="", description="how a date is written, such as `YYMMDD`")
    amount: Amount | None = Field(default=None, description="`ore` has no separator")
    sign: Sign | None = Field(default=None, description="where the sign of an amount stands")
    codes: dict[str, str] = Field(default={}, description="the other side's codes by our values")
    unlisted: str | None = Field(default=None, description="our value for a code that is not listed")
    digits: bool = Field(default=False, description="a text of digits only")
    required: bool = Field(default=False, description="whether it must be given")
    too_long: TooLong | None = Field(default=None, description="what is done with a text that does not fit")
    json_type: Literal["text", "number", "boolean"] = Field(default="text", description="how JSON has it")


class RecordForm(Form):
    """One kind of record (*posttyp*): a line, an element of XML, or an object of JSON."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name within the file")
    code: str = Field(default="", description="what its line begins with")
    each: str = Field(default="", description="group of the message that it repeats for; blank is once")
    when: dict[str, Values] = Field(default={}, description="values that fields must have for it to be written")
    given: list[str] = Field(default=[], description="fields that must be given for it to be written")
    optional: bool = Field(default=False, description="it may be missing in a file that is read")
    at: str = Field(default="", description="path in XML or JSON")
    separator: str = Field(default="", description="its fields are parted by this and have no widths")
    ending: str = Field(default="", description="what its line ends with, with a separator")
    width: Position | None = Field(default=None, description="width of its line")
    fields: list[FieldForm] = Field(default=[], description="what stands in it, in order")


class FileForm(Form):
    """One kind of file."""

    content: str = Field(description="kind of message")
    format: Literal["fixed_width", "csv", "xml", "json"] = Field(description="its form")
    encoding: Literal["latin-1", "utf-8", "cp1252", "cp437", "ascii"] = Field(default="utf-8", description="of texts")
    line_end: Literal["crlf", "lf", "cr"] = Field(default="crlf", description="of lines")
    name: str = Field(default="", description="what files are called, such as `RH_{number:6}.txt`")
    delimiter: str = Field(default=";", min_length=1, max_length=1, description="between columns of CSV")
    header: bool = Field(default=False, description="whether the first line of CSV names the columns")
    root: str = Field(default="", description="the root element of XML")
    namespace: str = Field(default="", description="of XML")
    recognised_by: str = Field(default="", description="text within the first 4 KiB that only such files have")
    unwritable: Literal["refuse", "replace"] = Field(
        default="refuse", description="what is done with letters that the encoding has not"
    )
    date: str = Field(default="YYYY-MM-DD", description="how dates are written where a field does not say it")
    amount: Amount | None = Field(default=None, description="how amounts are written where a field does not say it")
    sign: Sign | None = Field(default=None, description="the same for signs")
    too_long: TooLong = Field(default="refuse", description="the same for texts that do not fit")
    any_order: bool = Field(default=False, description="its outermost groups may come in any order, again and again")
    records: list[RecordForm] = Field(min_length=1, description="in the order in which they stand")


class LayoutForm(Form):
    """The whole document."""

    name: str = Field(description="what people call it")
    source: str = Field(description="the specification that it is typed in from, with its date")
    verified: str = Field(default="", description="who has taken a file of it, and when; blank: unverified")
    files: dict[str, FileForm] = Field(min_length=1, description="by name")
