"""Handing out first passwords, and the log of it. No password is ever drawn here."""
