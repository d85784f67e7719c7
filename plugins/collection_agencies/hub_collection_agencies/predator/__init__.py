"""Predator: an older collection system that reads a file which a person saves."""
