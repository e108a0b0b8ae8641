"""The Datashare file set of RM Integris: what Datashare carries, from a folder, a ZIP or JSON."""

from connectors.datashare.connector import Datashare

CONNECTOR = Datashare
__all__ = ["CONNECTOR", "Datashare"]
