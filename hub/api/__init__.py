"""The doors for machines: what other sides post to us. Each parses, calls a service and answers."""
