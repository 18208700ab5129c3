"""Importing lists: which kinds there are, how a file is worked through, and what is said about it."""
