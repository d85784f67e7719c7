"""Toolkit to declare file formats as data: fixed-width records, XML, code tables."""
