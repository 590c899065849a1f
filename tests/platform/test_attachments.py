"""Files of a deal: what they are by their bytes, whose they are by their side, and nothing by their name."""

from __future__ import annotations

import json

import pytest

from kyokan.errors import NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.approvals import ApprovalGate, Approvals
from kyokan.platform.attachments import Attachments
from kyokan.platform.attachments.service import LARGEST, MOST
from kyokan.platform.audit import Trail
from kyokan.platform.deals import Deals, Step
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, Clock

PDF, PNG, JPEG = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(40)


@pytest.fixture
def deals(database):
    return Deals(database, Clock(), gates=(ApprovalGate(),))


@pytest.fixture
def files(database):
    return Attachments(database, Clock(), gates=(ApprovalGate(),))


@pytest.fixture
def draft(deals):
    return deals.create(PLANNER, DRAFT, MATCH, "sha256:1")["id"]


@pytest.fixture
def sent(deals, draft):
    deals.take(PLANNER, draft, 1, Step.SEND)
    return draft


def names(files, actor, deal):
    return [one.name for one in files.of(actor, deal)]


def test_a_file_is_read_by_its_own_side_or_by_all(files, deals, notices, sent):
    files.add(BRAND, sent, "CANARY-own.pdf", PDF, key="a" * 32)
    files.add(BRAND, sent, "all.png", PNG, everybody=True, key="b" * 32)
    assert names(files, BRAND, sent) == ["CANARY-own.pdf", "all.png"]
    for other in (PLANNER, MANAGER, ANALYST):
        assert names(files, other, sent) == ["all.png"]
        assert files.read(other, "b" * 32)[1] == PNG
        with pytest.raises(UnknownDealError):
            files.read(other, "a" * 32)
        assert "CANARY" not in json.dumps(deals.history(other, sent))
    for call in (
        lambda: files.of(STRANGER, sent),
        lambda: files.read(STRANGER, "b" * 32),
        lambda: files.remove(STRANGER, "b" * 32),
        lambda: files.add(STRANGER, sent, "x", PDF),
        lambda: files.read(BRAND, "c" * 32),
    ):
        with pytest.raises(UnknownDealError):
            call()
    assert [one.act for one in notices.of(MANAGER)] == ["attach", "send"]
    assert "attach" not in [one.act for one in notices.of(BRAND)]


@pytest.mark.parametrize(
    ("content", "media", "name"),
    [
        (PDF, "application/pdf", "plan.pdf"),
        (PNG, "image/png", "plan.png"),
        (JPEG, "image/jpeg", "plan.jpg"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(files, sent, content, media, name):
    files.add(PLANNER, sent, "plan", content)
    (one,) = files.of(PLANNER, sent)
    assert (one.media, one.name, one.size) == (media, name, len(content))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"<script>alert(1)</script>", "file_kind"),
        (b"PK\x03\x04" + bytes(40), "file_kind"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "file_kind"),
        (b"GIF89a" + bytes(40), "file_kind"),
        (b" %PDF-1.7", "file_kind"),
        (PDF + bytes(LARGEST), "file_large"),
    ],
)
def test_what_is_no_such_file_is_refused(files, sent, content, code):
    with pytest.raises(QueryError) as refusal:
        files.add(PLANNER, sent, "innocent.pdf", content)
    assert refusal.value.code == code
    assert files.of(PLANNER, sent) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\x\\plan.pdf", "plan.pdf"),
        ("plan.html", "plan.html.pdf"),
        ("", "file.pdf"),
        ("..", "file.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("企画書.PDF", "企画書.PDF"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_shown_and_never_a_path(files, sent, tmp_path, given, shown):
    before = sorted(path.name for path in tmp_path.iterdir())
    files.add(PLANNER, sent, given, PDF)
    assert names(files, PLANNER, sent) == [shown]
    assert sorted(path.name for path in tmp_path.iterdir()) == before  # no file but the workroom's own


def test_taking_a_file_away_can_be_undone_by_its_own_side(files, deals, database, sent):
    files.add(MANAGER, sent, "all.pdf", PDF, everybody=True, key="a" * 32)
    with pytest.raises(NotAllowedError):
        files.remove(BRAND, "a" * 32)
    for _ in range(2):
        assert files.remove(MANAGER, "a" * 32) == sent
    assert files.of(BRAND, sent) == []
    with pytest.raises(UnknownDealError):
        files.read(BRAND, "a" * 32)
    files.restore(MANAGER, "a" * 32)
    assert names(files, BRAND, sent) == ["all.pdf"]
    assert [one["act"] for one in deals.history(BRAND, sent)] == ["send", "attach", "detach", "attach"]
    with database.session() as session:
        Trail(session).verify()


def test_ten_of_each_side_are_enough(files, sent):
    for number in range(MOST):
        files.add(BRAND, sent, f"{number}.pdf", PDF, key=f"{number:032x}")
    files.add(BRAND, sent, "again.pdf", PDF, key=f"{0:032x}")  # sent twice
    with pytest.raises(QueryError, match="at most 10"):
        files.add(BRAND, sent, "more.pdf", PDF)
    files.add(MANAGER, sent, "ours.pdf", PDF)
    files.remove(BRAND, f"{0:032x}")
    files.add(BRAND, sent, "more.pdf", PDF)
    with pytest.raises(QueryError, match="at most 10"):
        files.restore(BRAND, f"{0:032x}")


def test_readers_and_ended_deals_take_none(files, deals, sent):
    with pytest.raises(NotAllowedError):
        files.add(ANALYST, sent, "x", PDF)
    files.add(PLANNER, sent, "x", PDF, key="a" * 32)
    deals.take(PLANNER, sent, 2, Step.WITHDRAW, reason="no")
    for call in (lambda: files.add(PLANNER, sent, "y", PDF), lambda: files.remove(PLANNER, "a" * 32)):
        with pytest.raises(NotAllowedError, match="has ended"):
            call()
    assert files.read(PLANNER, "a" * 32)[1] == PDF


def test_a_file_for_all_is_part_of_what_is_approved(files, deals, database, draft):
    approvals = Approvals(database, Clock())
    approvals.arrange(PLANNER, 0, [{"name": "Own", "person": "hana"}])
    approvals.ask(PLANNER, draft, 1)
    step = approvals.steps(PLANNER)[0][0].id
    approvals.approve(PLANNER, draft, 1, step)
    files.add(PLANNER, draft, "note.pdf", PDF)
    assert approvals.of(PLANNER, draft).complete
    files.add(PLANNER, draft, "all.pdf", PDF, everybody=True, key="a" * 32)
    standing = approvals.of(PLANNER, draft)
    assert (standing.complete, standing.changed) == (False, {"attachments": ([], ["all.pdf"])})
    approvals.arrange(PLANNER, 1, [{"id": step, "name": "Own", "person": "hana", "lock": True}])
    with pytest.raises(NotAllowedError, match="cannot be changed while"):
        files.remove(PLANNER, "a" * 32)
