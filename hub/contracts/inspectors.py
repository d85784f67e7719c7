"""What a plugin implements to judge documents by the rules of their format, for `hub validate`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from hub.texts import said_by_others


class Severity(StrEnum):
    """How bad a finding is."""

    FATAL = "fatal"  # it will be refused
    WARNING = "warning"


@said_by_others
class Finding(NamedTuple):
    """One rule that a document breaks."""

    rule: str  # its id, as the format's owner calls it
    severity: Severity
    location: str  # the element, as an XPath with positions, such as /Invoice/cac:InvoiceLine[2]
    message: str  # what to change; no personal number


@said_by_others
class Difference(NamedTuple):
    """A rule on which our judgement and that of the official rules differ."""

    rule: str
    ours: int  # how often we find it
    theirs: int


@said_by_others
class Judgement(NamedTuple):
    """What a document is and what is wrong with it; it is fit when nothing is fatal."""

    format: str
    layers: Sequence[str]  # those that were judged, in order
    findings: Sequence[Finding]
    rules: str = ""  # the release of the rules, such as `Peppol BIS Billing 3.0.21, EN 16931 1.3.16`
    differences: Sequence[Difference] | None = None  # None when no referee was asked
    not_compared: str = ""  # why the official rules said nothing that could be compared, such as that they stopped

    @property
    def is_fit(self) -> bool:
        """Whether nothing fatal was found."""
        return all(finding.severity != Severity.FATAL for finding in self.findings)


@runtime_checkable
class DocumentInspector(Protocol):
    """Judges documents of one family of formats, by rules of its own and, when asked to, by the official ones."""

    @property
    def name(self) -> str:
        """What people call the family, such as `Peppol`."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Say by the first 4 KiB whether a document is of the family."""
        ...

    def judge(self, content: bytes, *, official: Path | None = None, layers: Sequence[str] = ()) -> Judgement:
        """Judge a document; `official` is a folder of the official rules, whose verdict is then compared with ours.

        `layers` are those of your rules to judge by, such as `en16931` without a network's own; all where it is empty.

        Raises:
            FormatError: it is no document that can be judged: broken, hostile or larger than the limit.
            ConfigurationError: the official rules are not in the folder, what runs them is not installed, or there is
                no such layer.
        """
        ...
