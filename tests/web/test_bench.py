"""The bench asks for real pages: every one it knows is answered, each time with a question of its own."""

from __future__ import annotations

import pytest

from kyokan.web import create_app
from kyokan.web.bench import _figures
from kyokan.web.bench.addresses import Asked, addresses
from kyokan.web.bench.asking import RefusedError, Took, in_process
from kyokan.web.bench.seats import seats

ASKED = 3


@pytest.fixture(scope="module")
def bench(world):
    app = create_app(world)
    people = seats(world)
    return app, people, addresses(app, world, people, ASKED)[0]


def test_every_page_is_asked_for_and_answered(bench):
    app, people, pages = bench
    ask = in_process(app, people.session)
    known = {"/", "/suggest", "/matches", "/why/<entity:a>/<entity:b>", "/e/<entity:entity_id>", "/deals", "/account"}
    of_known = [page for page in pages if page.name.partition(" (")[0] in known]
    assert {page.name.partition(" (")[0] for page in of_known} == known
    for page in of_known:
        for address in page.addresses:
            assert ask(address).wall_ms > 0, address


def test_what_is_asked_of_the_ranking_differs_each_time(bench):
    for page in bench[2]:
        if page.name.startswith("/matches"):
            assert len(page.addresses) == ASKED
            assert len(set(page.addresses)) == ASKED, page.name


def test_a_page_that_refuses_is_not_timed(bench):
    app, people, _ = bench
    with pytest.raises(RefusedError, match="404"):
        in_process(app, people.session)("/e/artist:nobody")


def test_a_page_meets_the_goal_by_its_slowest_twentieth():
    took = [Took(10.0)] * 19 + [Took(1000.0)]
    assert _figures(Asked("/", []), took, 100)["met"]
    assert not _figures(Asked("/", []), [*took[:18], Took(1000.0), Took(1000.0)], 100)["met"]
