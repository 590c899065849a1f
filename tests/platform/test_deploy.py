"""What `kyokan doctor --deploy` refuses: each opening by its own name, with what to do."""

import pytest
from gunicorn.config import ControlSocketDisable

from kyokan.platform import deploy
from kyokan.platform.deploy import examine_deployment
from kyokan.platform.settings import Settings


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "workroom.db").touch(mode=0o600)
    return folder


@pytest.fixture(autouse=True)
def no_debugging(monkeypatch):
    for name in deploy.DEBUGGING:
        monkeypatch.delenv(name, raising=False)


def sound(home, **changes: object):
    fit = {"home": home, "address": "https://kyokan.example.com", "proxies": 1, "catalogue": "members"}
    return Settings(**(fit | changes))


def failed(settings):
    return {one.part: one.detail for one in examine_deployment(settings) if not one.passed}


def test_a_sound_installation_passes(home):
    assert failed(sound(home)) == {}
    assert len(examine_deployment(sound(home))) == 8


@pytest.mark.parametrize("address", ["", "http://kyokan.example.com"])
def test_cookies_over_plain_http_are_refused(home, address):
    assert list(failed(sound(home, address=address))) == ["address"]


def test_a_proxy_that_nobody_believes_is_refused(home):
    assert "KYOKAN_PROXIES" in failed(sound(home, proxies=0))["proxies"]


def test_who_reads_the_catalogue_must_be_said(home):
    assert "KYOKAN_CATALOGUE" in failed(sound(home, catalogue=""))["catalogue"]
    assert failed(sound(home, catalogue="open")) == {}


@pytest.mark.parametrize("name", deploy.DEBUGGING)
def test_debugging_is_refused(home, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert name in failed(sound(home))["debugging"]
    monkeypatch.setenv(name, "0")
    assert failed(sound(home)) == {}


def test_a_short_secret_is_refused_and_not_shown(home):
    there = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "kyokan"}
    said = failed(sound(home, oidc_client_secret="hunter2", **there))["secrets"]
    assert "KYOKAN_OIDC_CLIENT_SECRET" in said
    assert "hunter2" not in said
    assert failed(sound(home, oidc_client_secret="x" * 16, **there)) == {}


def test_a_folder_that_others_can_read_is_refused(home):
    home.chmod(0o755)
    assert str(home) in failed(sound(home))["folder"]


@pytest.mark.parametrize("name", ["workroom.db", "workroom.key", "kyokan.toml", "workroom.db-wal"])
def test_a_file_that_others_can_read_is_refused(home, name):
    (home / name).touch()
    (home / name).chmod(0o640)
    assert name in failed(sound(home))["folder"]


def test_an_sqlite_that_loses_writes_is_refused(home, monkeypatch):
    monkeypatch.setattr(deploy, "sqlite_version_info", (3, 51, 2))
    assert "3.51.2" in failed(sound(home))["sqlite"]


def test_an_open_control_socket_is_refused(home, monkeypatch):
    class Open(deploy.WebServer):
        def load_config(self):
            super().load_config()
            self.cfg.set(ControlSocketDisable.name, "false")

    monkeypatch.setattr(deploy, "WebServer", Open)
    assert "control socket" in failed(sound(home))["server"]


def test_reloading_is_refused(home, monkeypatch):
    class Reloading(deploy.WebServer):
        def load_config(self):
            super().load_config()
            self.cfg.set("reload", "true")

    monkeypatch.setattr(deploy, "WebServer", Reloading)
    assert "reload" in failed(sound(home))["server"]


def test_tries_are_counted_in_one_file_for_all_processes(home):
    """A limit kept in memory would be as many limits as there are processes."""
    said = {one.part: one.detail for one in examine_deployment(sound(home, web_workers=4))}
    assert "one file for all 4 processes" in said["proxies"]


def test_every_refusal_says_what_to_do(home):
    home.chmod(0o755)
    for detail in failed(sound(home, address="", proxies=0)).values():
        assert "Set " in detail or "chmod" in detail
