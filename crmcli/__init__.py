"""An offline-first customer-relationship tool for the terminal."""

__version__ = "0.9.0"
