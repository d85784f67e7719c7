"""Pure decisions: no time, no files, no database; what they need is handed to them."""
