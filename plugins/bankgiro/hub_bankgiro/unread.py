"""Files of Bankgirot that hold no payments, or orders of our own: named, so that nobody takes them for damaged."""

from __future__ import annotations

from hub_bankgiro.forms import BGMAX, SPECIFICATIONS, TOTAL_IN
from hub_bankgiro.record_files import form_of_head

_READ = (BGMAX, TOTAL_IN, *SPECIFICATIONS)


def unread_format(head: bytes) -> str:
    """Return what a file that begins with `head` is, such as `Autogiro, mandate advice`; '' if unknown, or read."""
    form = form_of_head(head)
    return "" if form is None or form in _READ else form.format
