"""The lock under which numpy files are opened: CPython 3.11 may refuse a header while another thread parses one."""

from __future__ import annotations

import threading

ONE_AT_A_TIME = threading.Lock()
"""Held around ``numpy.load``, which parses a header by ``ast.literal_eval``. CPython counts the depth of such parses
for all threads together, and raises ``SystemError`` where the garbage collector let another one in (gh-106905)."""
