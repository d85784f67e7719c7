"""Svefaktura 1.0 (SFTI Basic Invoice), judged: its rules mix errors with advice, so all of them only warn here.

Names: `sac:` and `sbc:` are its aggregates and basic components, `sfti:` its own. R-83 (no stylesheet in the file) is
not asked: what is no element is taken away when a document is read.
"""

from hub_peppol.judging.svefaktura.pack import PACK

__all__ = ["PACK"]
