"""Servers on 127.0.0.1 with faults on demand, which play the other side in sandboxes and tests."""
