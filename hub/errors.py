"""Every error the hub or a plugin raises, named by what to do next.

    HubError
      ConfigurationError    fix settings, then start
      DataError             quarantine, a human looks
        FormatError         one place in one file is wrong: line, record, field
        ControlTotalMismatch  stated and computed totals differ
        UnrecognisedFile    no enabled reader, or more than one, knows the file
      TransientError        same again later
      RejectedError         next channel, or a human
        DocumentError       a human: the document is wrong for every channel
      OutcomeUnknownError   ask before doing more
      RuleViolation         the law or the policy says no
      LedgerError           stop, a defect

A message may hold a file name, a line number and a field name. It never holds a personal identity number, a key or a
whole record, so a `FormatError` keeps the offending value apart, shortened, and leaves it out of its text.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.texts import storable

LONGEST_KEPT_VALUE = 40  # enough to see what is wrong; too short for a whole record


class HubError(Exception):
    """Root of all errors raised on purpose. Every database keeps its text, whoever raises it."""

    code: str = "HUB"

    def __str__(self) -> str:
        return storable(super().__str__())


class ConfigurationError(HubError):
    """A setting is missing or wrong; `where` is its dotted path in the TOML file."""

    code = "CONFIGURATION"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.where = where
        self.hint = hint
        prefix = f"{where}: " if where else ""
        suffix = f" ({hint})" if hint else ""
        super().__init__(f"{prefix}{message}{suffix}")


class DataError(HubError):
    """The content is wrong; it goes to quarantine and a human looks."""

    code = "DATA"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands: 1-based line or record number, record code, field name."""

    line: int | None = None
    record: str = ""
    field: str = ""

    def __str__(self) -> str:
        parts = []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.record:
            parts.append(f"record {self.record}")
        if self.field:
            parts.append(f"field {self.field}")
        return ", ".join(parts)


class FormatError(DataError):
    """One place in one file cannot be read or contradicts another.

    `code` is stable and upper case (`AMOUNT_UNREADABLE`); `value` is the offending text, shortened, never printed.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "FORMAT",
        line: int | None = None,
        record: str = "",
        field: str = "",
        value: str = "",
    ) -> None:
        self.code = storable(code)
        self.message = storable(message)
        self.place = Place(line, storable(record), storable(field))
        self.value = storable(value[:LONGEST_KEPT_VALUE])
        place = str(self.place)
        super().__init__(f"{place}: {message}" if place else message)

    @property
    def line(self) -> int | None:
        return self.place.line

    @property
    def record(self) -> str:
        return self.place.record

    @property
    def field(self) -> str:
        return self.place.field


class ControlTotalMismatch(FormatError):
    """A total or a count stated in the file differs from what was read; nothing of the file may be posted."""

    def __init__(
        self,
        message: str,
        *,
        stated: int,
        computed: int,
        line: int | None = None,
        record: str = "",
        field: str = "",
    ) -> None:
        self.stated = stated
        self.computed = computed
        super().__init__(
            f"{message}: the file states {stated}, its records give {computed}",
            code="CONTROL_TOTAL",
            line=line,
            record=record,
            field=field,
        )


class UnrecognisedFile(FormatError):
    """None of the enabled readers recognises the file, or several do; `code` says more where more is known of it."""

    def __init__(self, message: str, *, code: str = "UNRECOGNISED", candidates: tuple[str, ...] = ()) -> None:
        self.candidates = candidates
        super().__init__(message, code="AMBIGUOUS" if candidates else code)


class IdentifierError(DataError):
    """A number fails its own check; the message names the rule, never the number."""

    code = "IDENTIFIER"


class UntrustedAnswer(DataError):
    """What answered proves nothing: unsigned, signed by another, about another. Neither yes nor no; a person looks."""

    code = "UNTRUSTED"


class TransientError(HubError):
    """Not now: the same call again later may succeed, after `retry_after_s` where that is known.

    Of a message, the other side asks that of every call, unless this one `waits_alone`: such as by a limit of its
    recipient. Of a channel's `reach` or `follow` it asks that of this question.
    """

    code = "TRANSIENT"

    def __init__(self, message: str, *, retry_after_s: int | None = None, waits_alone: bool = False) -> None:
        self.retry_after_s = retry_after_s
        self.waits_alone = waits_alone
        super().__init__(message)


class RejectedError(HubError):
    """The other side said no and will keep saying no."""

    code = "REJECTED"


class DocumentError(RejectedError):
    """The document itself is refused or cannot be right: no other channel is to have it; a human looks."""

    code = "DOCUMENT"


class OutcomeUnknownError(HubError):
    """We do not know whether it arrived; ask the other side before doing more."""

    code = "OUTCOME_UNKNOWN"


class RuleViolation(HubError):
    """The law or the tenant's policy forbids the step; `paragraph` names which."""

    code = "RULE"

    def __init__(self, message: str, *, paragraph: str = "") -> None:
        self.paragraph = paragraph
        super().__init__(f"{message} ({paragraph})" if paragraph else message)


class LedgerError(HubError):
    """The books would no longer add up: a defect in the hub, never in the data."""

    code = "LEDGER"
