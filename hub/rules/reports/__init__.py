"""Reports: what each line of a list says, and how lines add up."""
