"""The page of jobs: progress that fetches itself, errors in words, and acts that fit where a job stands."""

from __future__ import annotations

import re

import pytest
from world import World

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.service import Visit
from kyokan.platform.jobs.model import Owner
from tests.platform.accounting import GOOD
from tests.web.browsing import Browser, company


@pytest.fixture
def made(tmp_path):
    world = World(tmp_path)
    browsers = company(world)
    browsers["planner"].send("/jobs", "/searches", csrf_token=browsers["planner"].token("/lists"), kind="searches")
    yield world.job_file, browsers["planner"], browsers
    world.close()


def an_admin(app, organisation="Waon†"):
    """An admin of an organisation, the agency where none is named, at a browser."""
    accounts = app.extensions["kyokan"].accounts
    token = accounts.invite("ada@example.com", accounts.organisation(organisation).id, Role.ADMIN)
    entered = accounts.accept(token, name="Ada", password=GOOD, language="en", visit=Visit("127.0.0.1", "test"))
    return Browser(app).bear(entered.session_id)


def the_job(planner):
    return re.search(r'action="/jobs/(\w+)"', planner.get("/jobs").text)[1]


def test_a_running_job_shows_how_far_it_is_and_the_list_fetches_itself(made):
    jobs, planner, _ = made
    mine = jobs.claim(the_job(planner))
    jobs.heartbeat(mine, "searches 1,200/4,000")
    page = planner.get("/jobs").text
    assert 'hx-trigger="every 2s"' in page
    assert '<progress value="1200" max="4000"' in page
    assert "1,200 / 4,000" in page
    jobs.finish(mine, {"looked_at": 4, "changed": 1, "not_askable": 2})
    page = planner.get("/jobs").text
    assert "hx-trigger" not in page.partition('id="jobs"')[2]
    assert "4 looked at, 1 changed. 2 ask about somebody who is not in the catalogue." in page


def test_an_error_is_told_in_words_with_the_way_on(made):
    jobs, planner, _ = made
    job_id = the_job(planner)
    jobs.fail(jobs.claim(job_id), "the store: does not answer", again=False)
    page = planner.get("/jobs?show=dead").text
    assert "Something it was given needs mending" in page
    assert "the store: does not answer" in page
    assert planner.send(f"/jobs/{job_id}", "/jobs", act="retry").status_code == 303
    assert "Waiting" in planner.get("/jobs").text
    assert "Every job ended well." in planner.get("/jobs?show=dead").text


def test_an_agencys_admin_sees_and_retries_the_installations_own_dead_jobs_and_others_do_not(made):
    jobs, planner, browsers = made
    job_id = jobs.enqueue("outcomes", {"secret": "arguments"}).id
    for _ in range(3):
        jobs.fail(jobs.claim(job_id), "IntegrityError: saeki@example.com", again=True)
    ours, theirs = an_admin(planner.client.application), browsers["brand"]
    page = ours.get("/jobs?show=dead").text
    assert "Taking announced outcomes into the graph" in page
    assert "Begun by Kyokan itself" in page
    assert "IntegrityError" in page
    for hidden in ("saeki@example.com", "arguments"):
        assert hidden not in page
    assert job_id not in ours.get("/jobs").text
    for browser in (planner, theirs):
        assert "Every job ended well." in browser.get("/jobs?show=dead").text
        answer = browser.send(f"/jobs/{job_id}", csrf_token=browser.token("/account"), act="retry")
        assert answer.status_code == 404
    assert ours.send(f"/jobs/{job_id}", "/jobs?show=dead", act="retry").status_code == 303
    assert "Every job ended well." in ours.get("/jobs?show=dead").text


def test_a_job_is_cancelled_from_the_page(made):
    _, planner, _ = made
    job_id = the_job(planner)
    assert planner.send(f"/jobs/{job_id}", "/jobs", act="cancel").status_code == 303
    assert "Cancelled" in planner.get("/jobs").text
    assert planner.send(f"/jobs/{job_id}", "/jobs", act="dance").status_code == 400


def test_an_admin_has_the_texts_read_anew_and_nobody_else_is_offered_it(made):
    jobs, planner, _ = made
    assert "Read texts and tags anew" not in planner.get("/jobs").text
    admin = an_admin(planner.client.application)
    assert "Read texts and tags anew" in admin.get("/jobs").text
    for _ in range(2):
        assert admin.send("/jobs", kind="annotation").status_code == 303
    assert planner.send("/jobs", kind="annotation", csrf_token=planner.token("/lists")).status_code == 403
    (job,) = [one for one in jobs.jobs() if one.kind == "annotation"]
    jobs.finish(jobs.claim(job.id), {"read": 1200, "snapshot": "sha256:1"})
    assert "1,200 profiles read anew" in admin.get("/jobs").text
    assert "Reading texts and tags anew" not in planner.get("/jobs").text


def test_a_guest_with_an_old_job_about_the_whole_catalogue_is_offered_nothing_that_would_be_refused(made):
    jobs, planner, _ = made
    services = planner.client.application.extensions["kyokan"]
    admin = an_admin(planner.client.application, "Koyomido†")
    home = services.accounts.organisation("Koyomido†").id
    person = services.accounts.sessions.actor_of(admin.cookie).person
    old, _ = jobs.begin("annotation", {}, Owner(home, person, "Ada"), "annotation:before")
    assert 'value="cancel"' in admin.get("/jobs").text
    jobs.fail(jobs.claim(old.id), "no", again=False)
    page = admin.get("/jobs").text
    assert "Something it was given needs mending" in page
    assert 'value="retry"' not in page
    assert admin.send(f"/jobs/{old.id}", csrf_token=admin.token("/account"), act="retry").status_code == 403


def test_nobody_sees_the_jobs_of_others(made):
    _, planner, browsers = made
    job_id = the_job(planner)
    for who in ("analyst", "brand", "stranger"):
        assert "No jobs yet." in browsers[who].get("/jobs").text
        answer = browsers[who].send(f"/jobs/{job_id}", csrf_token=browsers[who].token("/account"), act="cancel")
        assert answer.status_code == 404


def test_there_is_one_button_for_all_searches_once_there_is_one(made):
    _, planner, _ = made
    assert "Look at all again now" not in planner.get("/searches").text
    planner.send("/searches", "/account", question="entity=brand:xc&for=artist", name="Quiet")
    assert 'name="kind" value="searches"' in planner.get("/searches").text


def test_an_admin_is_told_of_weights_that_this_version_cannot_read(made, monkeypatch):
    _, planner, _ = made
    admin = an_admin(planner.client.application)
    assert "set-aside" not in admin.get("/jobs").text
    monkeypatch.setattr(World, "weights_aside", "weights.set-aside-1.json")
    assert "kept as weights.set-aside-1.json" in admin.get("/jobs").text
    assert "set-aside" not in planner.get("/jobs").text


def test_the_page_of_the_dictionary_says_what_keeps_new_terms_out(made, monkeypatch):
    _, planner, browsers = made
    monkeypatch.setattr(World, "dictionary_fault", "own.yaml, attribute komorebi: sector forest is unknown")
    assert "sector forest is unknown" in planner.get("/dictionary").text
    page = browsers["nobody"].get("/dictionary").text
    assert "cannot be read as it stands" in page
    assert "own.yaml" not in page
