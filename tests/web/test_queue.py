"""The label queue and the preview of a correction, as forms that need no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import looked_at, signed_in, use
from sqlmodel import col, select
from worlds import World

from app.db import reading
from app.models import Hit, LabelRule, Link, Review, VerdictEvent
from app.queries.label_queue import QueueRow, label_queue
from app.scoring.audit import drawn
from app.texts import LANGUAGES, texts
from app.web.access import Viewer, viewer


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages over one day's look."""
    use(world, monkeypatch)
    looked_at(world)
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, world.engine)


def waiting(world: World) -> tuple[QueueRow, ...]:
    with reading(world.engine) as session:
        return label_queue(session, 1, world.clock.at).rows


def asked(page: str) -> list[int]:
    """The hits of a page of the queue, in order."""
    return [int(hit) for hit in re.findall(r'<li class="asked" id="q(\d+)"', page)]


def test_the_queue_goes_from_one_result_to_the_next(site: TestClient, world: World) -> None:
    """One result is shown, labelled by a form alone, and the next one comes; undo brings it back."""
    first = asked(site.get("/queue?lang=en").text)
    assert first == [waiting(world)[0].hit]
    form = {"hit": str(first[0]), "scope": "text", "label": "positive", "back": "/queue?brand=&view=one&lang=en"}
    done = site.post("/queue/labels", data=form)
    assert done.status_code == 303
    assert re.fullmatch(r"/queue\?view=one&lang=en&done=1", done.headers["location"])
    page = site.get(done.headers["location"]).text
    assert asked(page) != first
    assert texts("en")["queue_automatic"] in page
    with reading(world.engine) as session:
        assert (session.get_one(Hit, first[0]).label, session.get_one(Review, 1).label) == ("positive", "positive")
    assert site.post("/brands/nativ-telecom/labels/1/undo", data={"back": "/queue?lang=en"}).status_code == 303
    assert asked(site.get("/queue").text) == first


def test_a_skipped_result_is_passed_over_and_can_be_shown_again(site: TestClient, world: World) -> None:
    """Skipping writes nothing; after the last one the page says so."""
    rows = [row.hit for row in waiting(world)]
    page = site.get("/queue?view=list").text
    assert asked(page) == rows[:20]
    link = unescape(re.findall(r'<a class="pass" href="([^"]+)"', page)[0])
    assert asked(site.get(link).text) == rows[1:21]
    every = ",".join(map(str, rows))
    assert texts("en")["queue_passed"] in site.get(f"/queue?past={every}&lang=en").text
    with reading(world.engine) as session:
        assert session.exec(select(Review)).all() == []


def test_an_audit_hides_the_automatic_label_until_it_is_answered(site: TestClient, world: World) -> None:
    """No label, confidence or evidence of the row, nor a link to a page of ours that shows them; then all is told."""
    audit = next(row for row in waiting(world) if row.audit)
    others = ",".join(str(row.hit) for row in waiting(world) if row.hit != audit.hit)
    page = site.get(f"/queue?past={others}&lang=en").text
    assert asked(page) == [audit.hit]
    row = page[page.index('<li class="asked"') : page.index("</li>", page.index('<li class="asked"'))]
    assert texts("en")["queue_blind"] in row
    assert 'class="evidence"' not in row
    assert 'class="sure"' not in row
    assert "/snapshots/" not in row
    assert "/searches/" not in row
    assert f'<span class="chip {audit.label}">' not in row
    form = {"hit": str(audit.hit), "scope": "text", "label": "neutral", "back": "/queue?lang=en"}
    told = site.get(site.post("/queue/labels", data=form).headers["location"]).text
    assert texts("en")["queue_audited"] in told
    assert f'<span class="chip {audit.label}">' in told


def test_every_uncertain_row_shows_what_its_label_was_read_from(site: TestClient, world: World) -> None:
    """Rank, search, confidence, archived page: what a person needs to judge."""
    row = next(row for row in waiting(world) if not row.audit)
    others = ",".join(str(one.hit) for one in waiting(world) if one.hit != row.hit)
    page = unescape(site.get(f"/queue?past={others}&lang=en").text)
    for text in (row.title, row.search.phrase, f"rank {row.rank}", texts("en")["archived"], 'href="/raw/'):
        assert text in page


def test_who_may_only_read_sees_the_queue_without_forms(site: TestClient, world: World) -> None:
    """A viewer gets no button, and 403 for sending one."""
    hit = waiting(world)[0].hit
    site.app.dependency_overrides[viewer] = lambda: Viewer(1, "Reader", 1, "viewer")  # type: ignore[attr-defined]
    page = site.get("/queue").text
    assert 'name="label"' not in page
    form = {"hit": str(hit), "scope": "url", "label": "neutral"}
    assert site.post("/queue/labels", data=form).status_code == 403
    assert site.get(f"/brands/nativ-telecom/labels/preview?hit={hit}&scope=url&label=neutral").status_code == 403


def test_another_workspace_sees_and_labels_nothing_of_ours(site: TestClient, world: World) -> None:
    """An empty queue, 404 for our result, our answer and our brand."""
    hit = waiting(world)[0].hit
    site.post("/queue/labels", data={"hit": str(hit), "scope": "url", "label": "neutral"})
    site.app.dependency_overrides[viewer] = lambda: Viewer(1, "Stranger", 2, "owner")  # type: ignore[attr-defined]
    assert asked(site.get("/queue?view=list").text) == []
    assert site.post("/queue/labels", data={"hit": "2", "scope": "url", "label": "neutral"}).status_code == 404
    assert site.get("/queue?done=1").status_code == 404
    assert site.get("/queue?brand=nativ-telecom").status_code == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"hit": "1", "scope": "host", "label": "neutral"}, 400),
        ({"hit": "1", "scope": "url", "label": "lovely"}, 422),
        ({"hit": "999999", "scope": "url", "label": "neutral"}, 404),
    ],
)
def test_the_queue_takes_narrow_labels_only(site: TestClient, form: dict[str, str], status: int) -> None:
    """A whole host needs its preview; nonsense is refused; nothing is written."""
    assert site.post("/queue/labels", data=form).status_code == status
    with reading() as session:
        assert session.exec(select(Review)).all() == []
        assert session.exec(select(LabelRule)).all() == []


def a_negative(world: World) -> tuple[int, str]:
    with reading(world.engine) as session:
        query = select(Hit.id, Link.host).join(Link, col(Link.id) == col(Hit.link_id)).where(Hit.label == "negative")
        hit, host = session.exec(query.order_by(col(Hit.id))).all()[0]
    return hit or 0, host


def test_a_preview_tells_what_saving_then_does_and_writes_nothing(site: TestClient, world: World) -> None:
    """The numbers on the page are those that saving brings about; before that neither rule nor event is there."""
    hit, host = a_negative(world)
    page = site.get(
        f"/brands/nativ-telecom/labels/preview?hit={hit}&scope=host&label=positive&back=/queue?lang=en&lang=en"
    ).text
    with reading(world.engine) as session:
        assert session.exec(select(LabelRule)).all() == []
        before = len(session.exec(select(VerdictEvent)).all())
    assert host in page
    inputs = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    done = site.post("/brands/nativ-telecom/labels", data={name: unescape(value) for name, value in inputs.items()})
    with reading(world.engine) as session:
        changed = len(session.exec(select(VerdictEvent)).all()) - before
    assert changed >= 1
    assert texts("en")["preview_sum"].format(results=changed, days=1, brands=1) in page
    assert f"said=corrected&n={changed}&rule=1" in done.headers["location"]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/queue?x=%0d%0aSet-Cookie:a", "/other"])
def test_a_preview_leads_back_to_this_site_only(site: TestClient, world: World, back: str) -> None:
    """Leaving it as it is leads to a page of ours, whatever the address says."""
    hit, _ = a_negative(world)
    query = {"hit": str(hit), "scope": "url", "label": "neutral", "back": back}
    page = site.get("/brands/nativ-telecom/labels/preview", params=query).text
    assert '<a href="/brands/nativ-telecom">' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_queue_and_preview_speak_the_readers_language(site: TestClient, world: World, lang: str) -> None:
    """Both pages render in every language; no text of theirs is left in English."""
    hit, _ = a_negative(world)
    assert texts(lang)["queue_intro"] in unescape(site.get(f"/queue?lang={lang}").text)
    path = f"/brands/nativ-telecom/labels/preview?hit={hit}&scope=host&label=positive&lang={lang}"
    assert texts(lang)["preview_note"] in unescape(site.get(path).text)
    mine = [name for name in texts("en") if name.startswith(("queue", "audit", "preview"))]
    if lang != "en":
        assert all(texts(lang)[name] != texts("en")[name] for name in mine)


def test_one_result_in_ten_is_drawn_wherever_it_stands(world: World, site: TestClient) -> None:
    """The lot is that of brand, address and text: the same in each reading of the queue."""
    once, again = ([(row.hit, row.lot, row.audit) for row in waiting(world)] for _ in range(2))
    assert once == again
    assert all(drawn(lot) for _, lot, audit in once if audit)
