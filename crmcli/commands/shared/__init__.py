"""What several commands share: option types, reading values, filters, whole records."""
