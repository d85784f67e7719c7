"""Commands about one receivable."""

from __future__ import annotations

from hub.model.command import Command, Target


class AboutReceivable(Command):
    """A command about one receivable."""

    receivable: Target
