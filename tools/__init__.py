"""Maintainers' tools: what turns source/ into notebooks/, exercises/ and solutions/."""
