"""Kyokan (共感): brand partnerships people will feel are right."""

__version__ = "0.1.0"
