"""Directories that a school's accounts are written to, on screen."""
