"""Writing reports: CSV and Excel, line by line, with headings in Swedish or English."""
