"""Kronofogden: applications for orders to pay by file, and what the authority tells of them."""

from hub_kronofogden.filer import KronofogdenFiler
from hub_kronofogden.plugin import Plugin
from hub_kronofogden.settings import KronofogdenSettings

__all__ = ["KronofogdenFiler", "KronofogdenSettings", "Plugin"]
