"""Drivers: robots behind the one protocol, `skills.protocols.Driver`."""
