"""The simulated interfaces, one a module, each with an attribute ``FACE``."""
