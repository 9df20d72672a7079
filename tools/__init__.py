"""Maintainers' tools: what turns lessons/ into notebooks/, exercises/ and solutions/."""
