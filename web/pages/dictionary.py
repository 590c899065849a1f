"""The kansei dictionary: every axis with its two poles and the attributes on either side."""

from __future__ import annotations

from flask import render_template

from kyokan.web.parameters import Parameters
from kyokan.web.view import current


def show() -> str:
    """The page of the dictionary."""
    Parameters.of_request(())
    view = current()
    sectors = {sector.id: sector for sector in view.dictionary.sectors}
    axes = [
        (axis, [(sectors[pole], view.dictionary.members(pole)) for pole in axis.poles]) for axis in view.dictionary.axes
    ]
    return render_template(
        "dictionary.html", axes=axes, total=len(view.dictionary), fault=view.services.dictionary_fault
    )
