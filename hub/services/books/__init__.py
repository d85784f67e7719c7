"""What the core ledger tells the hub of receivables: credits, cancellations, write-offs, holds, watches."""

from hub.services.books.commands import BOOK_HANDLERS, Handler, Handlers, body_sha256, carry_out

__all__ = ["BOOK_HANDLERS", "Handler", "Handlers", "body_sha256", "carry_out"]
