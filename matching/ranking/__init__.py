"""Signals to ordered matches under constraints."""
