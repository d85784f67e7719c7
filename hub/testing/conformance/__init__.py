"""The conformance kit: one test class for each thing a plugin may be or offer, to inherit and run with pytest."""

from hub.testing.conformance.payment_files import PaymentFileReaderConformance
from hub.testing.conformance.plugins import PluginConformance

__all__ = ["PaymentFileReaderConformance", "PluginConformance"]
