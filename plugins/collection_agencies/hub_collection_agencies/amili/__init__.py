"""Visma Amili, Sweden: its API as its documentation has it, and its SFTP, which takes a layout that is agreed."""
