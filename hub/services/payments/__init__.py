"""Payments: files in, read, judged, matched, posted; and the queue of what needs a person."""
