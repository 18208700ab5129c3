"""An offline-first customer-relationship tool for the terminal."""

__version__ = "0.8.0"
