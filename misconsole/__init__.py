"""The product: what misconsole knows. Nothing is imported here, so that a quick command stays quick."""

__version__ = "0.1.0"
