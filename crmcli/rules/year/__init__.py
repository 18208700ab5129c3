"""The year with a customer: deals, contracts, orders, what comes round, and risks (HANDBOOK §3, §7, §9)."""
