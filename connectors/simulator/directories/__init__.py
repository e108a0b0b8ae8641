"""Simulated directories that accounts are written to; one module an interface, found by looking."""
