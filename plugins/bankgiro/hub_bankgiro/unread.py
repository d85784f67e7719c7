"""Files of Bankgirot that hold no payments, or orders of our own: named, so that nobody takes them for damaged."""

from __future__ import annotations

from hub_bankgiro.forms import BGMAX, MOST_TITLE_LINES, SPECIFICATIONS, TOTAL_IN
from hub_bankgiro.record_files import form_below_titles, form_of_head

_READ = (BGMAX, TOTAL_IN, *SPECIFICATIONS)


def unread_format(head: bytes) -> str:
    """Return what a file that begins with `head` is, such as `Autogiro, mandate advice`; '' if unknown, or read.

    One that is read, and is not recognised for the titles above its records, is named with them.
    """
    if (form := form_of_head(head)) is not None:
        return "" if form in _READ else form.format
    form = form_below_titles(head)
    return f"{form.format} below more than {MOST_TITLE_LINES} lines that are no records (cut those off)" if form else ""
