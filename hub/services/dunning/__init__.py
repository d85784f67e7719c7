"""Dunning: plans of what is done about late receivables, their execution, and taking it back."""
