"""Where a payment goes (*avprickning*): which receivables it means, and how its money is shared."""
