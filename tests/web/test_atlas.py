"""The map as a page: points that lead on, names at the nearest, a table instead, and nobody without a place."""

from __future__ import annotations

import re

import pytest

from kyokan.web.pages.atlas import with_room


def page(client, address):
    return client.get(f"{address}{'&' if '?' in address else '?'}lang=en", follow_redirects=True)


def test_everybody_with_a_place_is_a_silhouette_and_a_row_of_the_table(client):
    drawn = set(re.findall(r'<a href="/map\?entity=([^"]+)" class="other(?: fine)?"', page(client, "/map").text))
    rows = set(re.findall(r'<th scope="row"><a href="/map\?entity=([^"]+)"', page(client, "/map?view=table").text))
    assert drawn
    assert drawn == rows
    assert "artist:ac/dc" not in drawn  # nothing is known of its kansei


def test_a_narrow_screen_has_those_alone_that_stand_far_enough_apart_the_one_in_focus_first():
    assert with_room([(0, 0), (0.2, 0), (0.22, 0), (0.3, 0), (0, -0.21)]) == {0, 2, 4}


def test_a_kind_alone(client):
    drawn = re.findall(r'<a href="/map\?entity=([^":]+):', page(client, "/map?for=brand").text)
    assert set(drawn) == {"brand"}


def test_the_one_in_focus_has_its_nearest_listed_with_how_alike_they_are(client, world):
    text = page(client, "/map?entity=brand:xc").text
    near = world.atlas().nearest("brand:xc", 10)
    listed = re.findall(r'<span><a href="/map\?entity=([^"]+)">.*?<span class="num">([\d.]+)</span>', text, re.DOTALL)
    assert [(one.replace("%20", " "), figure) for one, figure in listed] == [(one, f"{like:.2f}") for one, like in near]
    assert len(re.findall('class="near(?: fine)?"', text)) == len(near)
    assert "Nearest are" in text


def test_a_name_leads_to_its_place(client):
    answer = client.get("/map?q=akari&lang=en")
    assert (answer.status_code, "entity=artist%3Aakari" in answer.location) == (302, True)
    assert "Nothing is called" in page(client, "/map?q=zzzzqq").text


def test_who_has_no_place_is_told_so(client):
    assert "Too few kansei are known" in page(client, "/map?entity=artist:ac/dc").text


@pytest.mark.parametrize(("address", "status"), [("/map?for=fan", 400), ("/map?entity=artist:nobody", 404)])
def test_what_cannot_be_shown_is_refused(client, address, status):
    assert page(client, address).status_code == status
