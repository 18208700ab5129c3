"""An offline-first customer-relationship tool for the terminal."""

__version__ = "0.7.0"
