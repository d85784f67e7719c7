"""What partners test their plugins with: the conformance kit and the command that writes expected results.

It needs the extra `test` (pytest and hypothesis). Nothing in the hub imports it.
"""
