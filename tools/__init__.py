"""What developers run: generators of modules that are kept in the repository."""
