"""Direct debits (*autogiro*): mandates, payment requests, their files, and what is answered to them."""

from hub.services.mandates.commands import MANDATE_HANDLERS

__all__ = ["MANDATE_HANDLERS"]
