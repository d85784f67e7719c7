"""What comes back to a sender, judged: Invoice Response (T111), Message Level Response (T71), Message Level Status.

Each is a closed model: what it must have, which codes it takes, and that nothing else may stand in it.
"""
