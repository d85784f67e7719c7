"""The command line, `hub`: each command parses, calls one verb of the facade, and shows what it answered."""
