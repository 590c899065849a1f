"""Files on the web: one form takes them, and they leave as downloads to who may read them."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from kyokan.platform.attachments.service import LARGEST

FORM = "/deals/new/artist:akari/brand:koyomido"
PDF = b"%PDF-1.7 CANARY"


@pytest.fixture
def sent(made):
    planner = made["planner"]
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": "a" * 32}
    sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†"}
    address = planner.send("/deals", FORM, **fields, **sides).location
    assert planner.send(f"{address}/send", address, version="1").status_code == 303
    return address


def attach(browser, address, content=PDF, name="plan.pdf", key="b", **fields: str):
    file = FileStorage(BytesIO(content), name)
    written = {"csrf_token": browser.token(address), "key": key * 32, "file": file} | fields
    boundary, body = encode_multipart(written)  # in memory: the client's own way leaves large files open
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post(f"{address}/files", data=body, content_type=kind, headers={"Accept-Language": "en"})


def test_a_file_leaves_as_a_download_to_who_may_read_it(made, sent):
    brand = made["brand"]
    assert attach(brand, sent, name="<b>企画.pdf").status_code == 303
    assert attach(brand, sent, name="all.pdf", key="c", everybody="1").status_code == 303
    assert "&lt;b&gt;企画.pdf" in brand.get(sent).text
    with brand.get(f"/files/{'b' * 32}") as answer:
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "application/pdf"
    for who in ("manager", "planner", "stranger"):
        assert made[who].get(f"/files/{'b' * 32}").status_code == 404
        assert "企画" not in made[who].get(sent).text
    assert made["manager"].get(f"/files/{'c' * 32}").status_code == 200
    assert made["stranger"].get(f"/files/{'c' * 32}").status_code == 404


def test_taking_away_offers_to_undo(made, sent):
    brand = made["brand"]
    attach(brand, sent)
    gone = brand.send(f"/files/{'b' * 32}/remove", sent)
    assert gone.status_code == 303
    page = brand.get(gone.location).text
    assert "The file was removed." in page
    assert f"/files/{'b' * 32}/restore" in page
    assert brand.send(f"/files/{'b' * 32}/restore", sent).status_code == 303
    assert "plan.pdf" in brand.get(sent).text


def test_of_a_deal_that_has_ended_no_file_is_offered_to_be_taken_away(made, sent):
    brand = made["brand"]
    attach(brand, sent)
    assert f"/files/{'b' * 32}/remove" in brand.get(sent).text
    assert brand.send(f"{sent}/decline", sent, version="2", reason="Not now").status_code == 303
    assert "plan.pdf" in brand.get(sent).text
    assert f"/files/{'b' * 32}/remove" not in brand.get(sent).text
    assert brand.send(f"/files/{'b' * 32}/remove", sent).status_code == 403


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"<script>", 400, "A file is a PDF, PNG or JPEG."),
        (b"", 400, "The file is empty"),
        (PDF + bytes(LARGEST), 400, "A file has at most 10 MB."),
        (PDF + bytes(2 * LARGEST), 413, "A file has at most 10 MB."),
    ],
)
def test_a_refusal_says_what_would_work(made, sent, content, status, said):
    answer = attach(made["brand"], sent, content)
    assert answer.status_code == status
    assert said in answer.text


def test_no_other_form_and_nobody_unknown_may_send_as_much(made, sent):
    brand = made["brand"]
    large = {"file": (BytesIO(bytes(200_000)), "x.pdf"), "key": "b" * 32}
    assert brand.send(f"{sent}/accept", sent, version="2", **large).status_code == 413
    nobody = made["nobody"].client.post(f"{sent}/files", data={"file": (BytesIO(bytes(200_000)), "x.pdf")})
    assert nobody.status_code == 413
