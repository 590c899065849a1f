"""Encoders and their cache."""
