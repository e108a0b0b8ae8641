"""Directories that accounts are written to: one folder an adapter, all behind ``base``."""
