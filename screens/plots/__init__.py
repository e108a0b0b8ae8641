"""History as pictures."""
