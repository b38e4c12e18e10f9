"""Signing in: who gets in, for how long, and everybody who does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import argon2
import pytest
from apps import an_app
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sites import OURS, let_in, looked_at, other_workspace, signed_in, use
from sqlmodel import select
from worlds import Clock, World

from app.db import reading, writing
from app.main import create_app
from app.models import Blob, Brand, Membership, Person, Signin
from app.secret import secret
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.people import disable, make_link
from app.texts import LANGUAGES, texts
from app.web import access
from app.web.security import POLICY
from app.web.signin import own_path

EMAIL, PASSWORD = "dana@practice.example", "a good long sentence"
COOKIE = "shemtov_session"
OPEN = {
    ("GET", "/api/v1/openapi.json"), ("HEAD", "/api/v1/openapi.json"), ("GET", "/shemtov.css"), ("GET", "/shemtov.js"),
    ("GET", "/favicon.ico"), ("GET", "/heebo.ttf"), ("GET", "/signin"), ("POST", "/signin"), ("POST", "/signout"),
    ("GET", "/welcome"), ("POST", "/welcome"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
}  # fmt: skip
FORM = {"email": EMAIL, "password": PASSWORD}


@pytest.fixture
def clock() -> Clock:
    """The moment of every request."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def app(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The real application on a brand without looks, with a clock of its own."""
    use(world, monkeypatch)
    return timed(clock)


def timed(clock: Clock) -> FastAPI:
    made = an_app()
    made.dependency_overrides[access.now] = clock
    return made


def with_routes(app: FastAPI) -> FastAPI:
    """Another application like it, which a test may give routes that no other test may meet."""
    made = create_app()
    made.dependency_overrides |= app.dependency_overrides
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser that nobody signed in with, sending forms of our own."""
    with TestClient(app, headers=OURS, follow_redirects=False) as made:
        yield made


def known(world: World, **who: str) -> None:
    """A person with a password."""
    let_in(world.engine, **({"email": EMAIL, "password": PASSWORD} | who))  # type: ignore[arg-type]


def link(world: World, clock: Clock, email: str = "") -> str:
    """A one-time link's token, for an hour: that person's, or the first owner's."""
    with writing(world.engine) as session:
        person = session.exec(select(Person.id).where(Person.email == email)).first()
        return make_link(session, person, secret(), clock.at, timedelta(hours=1))


def sign_in(client: TestClient, password: str = PASSWORD, email: str = EMAIL, after: str = "/") -> int:
    """Send the form; the status of the answer."""
    return int(client.post("/signin", data={"email": email, "password": password, "next": after}).status_code)


def inside(client: TestClient) -> bool:
    """Whether the list of brands is shown."""
    status = client.get("/").status_code
    assert status in (200, 303)
    return bool(status == 200)


def test_every_route_is_open_by_name_or_wants_somebody(client: TestClient, app: FastAPI) -> None:
    """A new route is signed-in unless it is put on the list here: 303 to the sign-in page, or 401."""
    seen = set()
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        for method in route.methods or ():
            seen.add((method, path))
            if (method, path) in OPEN:
                continue
            filled = re.sub(r"{(\w+)[^}]*}", lambda name: "a" * 64 if name[1] == "digest" else "1", path)
            answer = client.request(method, filled)
            if method == "GET" and not path.startswith("/api/"):
                assert answer.status_code == 303, path
                assert parse_qs(urlsplit(answer.headers["location"]).query)["next"] == [filled]
            else:
                assert answer.status_code == 401, (method, path)
    assert seen >= OPEN
    assert len(seen) >= len(OPEN) + 13


def test_in_and_out(client: TestClient, world: World) -> None:
    """The right password opens the page that was asked for; after signing out the session opens nothing."""
    known(world)
    asked = client.get("/brands/nativ-telecom?weeks=4").headers["location"]
    wanted = parse_qs(urlsplit(asked).query)["next"][0]
    assert wanted == "/brands/nativ-telecom?weeks=4"
    assert sign_in(client, "not the password") == 401
    assert sign_in(client, after=wanted) == 303
    page = client.get(wanted)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Dana Levi" in page.text
    kept = client.cookies[COOKIE]
    assert client.post("/signout").headers["location"] == "/signin"
    assert client.cookies.get(COOKIE) is None
    client.cookies.set(COOKIE, kept)
    assert not inside(client)


def test_the_cookie_is_out_of_reach(client: TestClient, world: World) -> None:
    """No script reads it, no other site sends it along, and its value is nowhere in the database."""
    known(world)
    made = client.post("/signin", data=FORM).headers["set-cookie"].lower()
    assert all(part in made for part in ("httponly", "samesite=lax", "path=/", "max-age=7776000"))
    assert "secure" not in made
    with reading(world.engine) as session:
        rows = " ".join(str(row.model_dump()) for row in session.exec(select(Signin)).all())
    assert client.cookies[COOKIE] not in rows
    assert len(client.cookies[COOKIE]) >= 43


@pytest.mark.parametrize("stranger", ["unknown", "wrong", "no password", "kept out", "no address"])
def test_every_stranger_gets_the_same_answer_for_the_same_work(
    client: TestClient, world: World, clock: Clock, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody learns who has an account: one sentence, and one hash is computed, whoever is asked for."""
    known(world)
    let_in(world.engine, email="new@practice.example")
    with writing(world.engine) as session:
        out = session.get_one(Person, 1).model_copy(update={"id": None, "email": "out@practice.example"})
        session.add(Person(**out.model_dump()))
        session.flush()
        disable(session, session.exec(select(Person).where(Person.email == out.email)).one(), clock.at)
    email = {"wrong": EMAIL, "no password": "new@practice.example", "kept out": "out@practice.example"}.get(stranger)
    password = "something else" if stranger == "wrong" else PASSWORD
    sign_in(client, "first of all, so that what is made once is made")
    checked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, kept: str, typed: str) -> bool:
        checked.append(kept)
        return verify(self, kept, typed)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    typed = email or ("a\x00b" if stranger == "no address" else "nobody@practice.example")
    answer = client.post("/signin", data={"email": typed, "password": password})
    assert answer.status_code == 401
    assert texts("en")["wrong_password"] in answer.text
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")
    assert "set-cookie" not in answer.headers


def test_a_session_laid_in_a_browser_beforehand_is_not_taken_over(client: TestClient, world: World) -> None:
    """Fixation: what the browser brought along is not what it leaves with, and ends when it was a real one."""
    known(world)
    client.cookies.set(COOKIE, "chosen-by-somebody-else", domain="testserver.local", path="/")
    assert sign_in(client) == 303
    first = client.cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    assert sign_in(client) == 303
    second = client.cookies[COOKIE]
    assert second != first
    client.cookies.clear()
    client.cookies.set(COOKIE, first)
    assert not inside(client)


def test_a_session_ends_unused_after_14_days_and_used_after_90(client: TestClient, world: World, clock: Clock) -> None:
    """Each use renews it, up to a point."""
    known(world)
    sign_in(client)
    start = clock.at
    for day in (13, 26, 39, 52, 65, 78, 89):
        clock.at = start + timedelta(days=day)
        assert inside(client), day
    clock.at = start + timedelta(days=90)
    assert not inside(client)
    assert sign_in(client) == 303
    clock.at += timedelta(days=14)
    assert not inside(client)


def test_the_first_link_makes_the_owner_and_no_second_one(client: TestClient, world: World, clock: Clock) -> None:
    """Wrong input leaves the link as it was; used, it lets in an owner and nobody afterwards."""
    token = link(world, clock)
    for wrong, key in (
        ({"password": "short"}, "password_rule"), ({"password": "x" * 201}, "password_rule"),
        ({"email": "no address"}, "email_rule"), ({"name": " "}, "name_rule"), ({"name": "a\u202eb"}, "name_rule"),
    ):  # fmt: skip
        answer = client.post("/welcome", data=FORM | {"token": token, "name": "Dana"} | wrong)
        assert answer.status_code == 400, wrong
        assert texts("en")[key].format(shortest=10, longest=200) in answer.text
    assert client.post("/welcome?lang=he", data=FORM | {"token": token, "name": "דנה"}).status_code == 303
    assert "דנה" in client.get("/").text
    assert '<html lang="he"' in client.get("/").text
    with reading(world.engine) as session:
        person, member = session.exec(select(Person, Membership).join(Membership)).one()
        assert (person.email, member.role, member.workspace_id) == (EMAIL, "owner", 1)
    for again in (token, link(world, clock)):
        assert client.get("/welcome", params={"token": again}).status_code == 404
        form = {"token": again, "name": "Eve", "email": "eve@x.example", "password": PASSWORD}
        assert client.post("/welcome", data=form).status_code == 404
    client.cookies.clear()
    assert sign_in(client, email=EMAIL.upper()) == 303


def test_a_one_time_link_works_once_and_only_by_its_button(client: TestClient, world: World, clock: Clock) -> None:
    """Scanners may look as often as they like; the second press, a newer link and an hour end it."""
    known(world)
    token = link(world, clock, EMAIL)
    for _ in range(3):
        page = client.get("/welcome", params={"token": token})
        assert page.status_code == 200
        assert EMAIL in page.text
        assert not inside(client)
    assert client.post("/welcome", data={"token": token}).headers["location"] == "/"
    assert inside(client)
    assert client.post("/welcome", data={"token": token}).status_code == 404
    assert sign_in(client) == 303, "the password stays when none is typed"
    older, newer = link(world, clock, EMAIL), link(world, clock, EMAIL)
    assert client.get("/welcome", params={"token": older}).status_code == 404
    clock.at += timedelta(minutes=59)
    assert client.get("/welcome", params={"token": newer}).status_code == 200
    clock.at += timedelta(minutes=1)
    for answer in (client.get("/welcome", params={"token": newer}), client.post("/welcome", data={"token": newer})):
        assert answer.status_code == 404
        assert texts("en")["link_over"] in answer.text


def test_a_new_password_ends_every_other_session_and_link(client: TestClient, world: World, clock: Clock) -> None:
    """Whoever came in with the old one is out; whoever changed it stays."""
    known(world)
    sign_in(client)
    before = client.cookies[COOKIE]
    client.cookies.clear()
    answer = client.post("/welcome", data={"token": link(world, clock, EMAIL), "password": "another long sentence"})
    assert answer.status_code == 303
    assert inside(client)
    client.cookies.clear()
    client.cookies.set(COOKIE, before)
    assert not inside(client)
    client.cookies.clear()
    assert sign_in(client) == 401
    assert sign_in(client, "another long sentence") == 303


def test_whoever_is_kept_out_is_out_at_once(client: TestClient, world: World, clock: Clock) -> None:
    """Their session, their link and their password open nothing."""
    known(world)
    sign_in(client)
    token = link(world, clock, EMAIL)
    with writing(world.engine) as session:
        disable(session, session.exec(select(Person)).one(), clock.at)
    assert not inside(client)
    assert client.get("/welcome", params={"token": token}).status_code == 404
    assert sign_in(client) == 401


def test_a_hash_of_other_costs_is_made_anew(
    client: TestClient, world: World, real_hasher: argon2.PasswordHasher
) -> None:
    """Signing in is when the password is there to be hashed again: with 64 MiB and three passes, RFC 9106's second
    choice."""
    known(world)
    with writing(world.engine) as session:
        person = session.exec(select(Person)).one()
        person.password = weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        session.add(person)
    assert sign_in(client) == 303
    with reading(world.engine) as session:
        now = session.exec(select(Person.password)).one()
    assert now is not None
    assert now != weak
    assert not real_hasher.check_needs_rehash(now)
    assert now.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_guessing_ends_after_five_tries(client: TestClient, world: World, clock: Clock) -> None:
    """The sixth is refused even when right, for the address and the e-mail; a quarter of an hour later it is not."""
    known(world)
    for _ in range(5):
        assert sign_in(client, "a wrong password") == 401
        clock.at += timedelta(minutes=1)
    refused = client.post("/signin?lang=en", data=FORM)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "660"
    assert texts("en")["too_many_tries"].format(minutes=11) in refused.text
    assert sign_in(client, email="other@practice.example") == 429, "the same address guesses for others"
    clock.at += timedelta(minutes=9, seconds=59)
    assert sign_in(client) == 429
    clock.at += timedelta(seconds=1)
    assert sign_in(client) == 303


def test_getting_in_forgets_the_wrong_tries_of_that_person_only(client: TestClient, world: World) -> None:
    """A slip is no mark against anybody; the address keeps its count of wrong ones."""
    known(world)
    for _ in range(3):
        sign_in(client, "a wrong password")
    assert sign_in(client) == 303
    assert sign_in(client, "a wrong password") == 401
    assert sign_in(client) == 303
    assert sign_in(client, "a wrong password") == 401
    assert sign_in(client) == 429


def test_behind_a_proxy_one_guesser_does_not_shut_everybody_out(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the address is the proxy's, everybody's; only the e-mail counts, under whatever name is sent along."""
    monkeypatch.setenv("SHEMTOV_PUBLIC_URL", "https://shemtov.example.com")
    use(world, monkeypatch)
    known(world)
    with TestClient(timed(clock), base_url="https://shemtov.example.com", headers=OURS, follow_redirects=False) as far:
        for number in range(6):
            far.headers["x-forwarded-for"] = f"203.0.113.{number}"
            assert sign_in(far, email="eve@practice.example") == (401 if number < 5 else 429)
        assert sign_in(far) == 303


EVIL = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "https:evil.example", "https://evil.example/", "javascript:alert(1)", "evil.example", "", " /", "/ /evil.example",
    "/\x00/evil.example", "/a\r\nset-cookie: a=b", "/\u2028/evil", "/%0d%0a\\", "http:/\\evil.example", "/" + "a" * 3000,
)  # fmt: skip


@pytest.mark.parametrize("after", EVIL)
def test_signing_in_leads_nowhere_else(client: TestClient, world: World, after: str) -> None:
    """next= is a path of ours or nothing, in the form and after it."""
    known(world)
    assert own_path(after) == "/"
    assert 'name="next" value="/"' in client.get("/signin", params={"next": after}).text
    assert client.post("/signin", data=FORM | {"next": after}).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/brands/%D7%A0?weeks=4&lang=he", "/brands/a/report.pdf?week=2026-11-16"])
def test_signing_in_leads_on(path: str) -> None:
    """A path of ours is kept whole."""
    assert own_path(path) == path


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec-fetch-site": "same-origin"}, True), ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://testserver"}, True), ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({}, False), ({"sec-fetch-site": "cross-site"}, False), ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": ""}, False), ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"origin": "null"}, False), ({"origin": "http://evil.example"}, False), ({"origin": ""}, False),
        ({"origin": "https://testserver"}, False), ({"origin": "http://testserver:8000"}, False),
        ({"origin": "http://testserver.evil.example"}, False), ({"referer": "http://testserver/"}, False),
    ],
)  # fmt: skip
def test_only_our_own_pages_change_anything(app: FastAPI, world: World, headers: dict[str, str], taken: bool) -> None:
    """With a session, in Hebrew: a form from elsewhere is refused and nothing is done."""
    with TestClient(app, follow_redirects=False) as browser:
        browser.cookies.set(COOKIE, let_in(world.engine))
        browser.headers["accept-language"] = "he-IL, en;q=0.5"
        for method, path in (("POST", "/signout"), ("DELETE", "/"), ("PUT", "/brands/x"), ("PATCH", "/nothing")):
            answer = browser.request(method, path, headers=headers)
            if taken:
                assert answer.status_code in (303, 404, 405)
                continue
            assert answer.status_code == 403
            assert texts("he")["cross_site"] in answer.text
            assert answer.headers["content-security-policy"] == POLICY
            assert inside(browser)


def test_a_role_does_what_it_says(app: FastAPI, world: World) -> None:
    """Who reads may not write, who writes may not let people in; the page says why in the reader's language."""
    bent = with_routes(app)
    client = TestClient(bent, headers=OURS, follow_redirects=False)

    @bent.post("/for-editors")
    def edit(viewer: access.EditorDep) -> str:
        return viewer.role

    @bent.post("/for-owners")
    def own(viewer: access.OwnerDep) -> str:
        return viewer.role

    for role, language, editor, owner in (
        ("owner", "en", 200, 200), ("analyst", "pl", 200, 403), ("viewer", "he", 403, 403),
    ):  # fmt: skip
        signed_in(client, world.engine, role, email=f"{role}@practice.example", language=language)
        assert client.get("/").status_code == 200
        for path, status, key in (("/for-editors", editor, "editors_only"), ("/for-owners", owner, "owners_only")):
            answer = client.post(path)
            assert answer.status_code == status
            assert status == 200 or texts(language)[key] in answer.text


def test_another_workspace_is_not_there(client: TestClient, world: World) -> None:
    """Its brands are not listed, and its brand, looks and raw pages are 404, as if they did not exist."""
    looked_at(world)
    with reading(world.engine) as session:
        digest, slug = session.exec(select(Blob.sha256)).first(), session.exec(select(Brand.slug)).one()
    paths = (
        f"/brands/{slug}",
        f"/brands/{slug}?search={world.search}",
        "/snapshots/1",
        f"/raw/{digest}",
        f"/brands/{slug}/rules",
    )
    signed_in(client, world.engine)
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    assert slug in client.get("/").text
    signed_in(client, world.engine, email="spy@practice.example", workspace=other_workspace(world.engine))
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert slug not in client.get("/").text


def test_the_api_takes_keys_and_pages_take_sessions(client: TestClient, world: World, clock: Clock) -> None:
    """A session opens nothing under /api/v1, a key no page."""
    signed_in(client, world.engine)
    answer = client.get("/api/v1/brands")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    with writing(world.engine) as session:
        key = add_key(session, home_workspace(session), "x", secret(), clock.at)
    client.cookies.clear()
    bearer = {"authorization": f"Bearer {key}"}
    assert client.get("/api/v1/brands", headers=bearer).status_code == 200
    assert client.get("/", headers=bearer).status_code == 303
    client.cookies.set(COOKIE, key)
    assert not inside(client)


def test_over_https_everything_is_of_the_public_origin(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cookie is this host's alone; forms and redirects are those of the public URL, whatever headers say."""
    monkeypatch.setenv("SHEMTOV_PUBLIC_URL", "https://shemtov.example.com/")
    use(world, monkeypatch)
    known(world)
    with TestClient(timed(clock), base_url="http://shemtov.example.com", follow_redirects=False) as far:
        mine = {"origin": "https://shemtov.example.com"}
        made = far.post("/signin", data=FORM, headers=mine).headers["set-cookie"]
        assert made.startswith("__Host-shemtov=")
        assert "secure" in made.lower()
        assert "domain" not in made.lower()
        token = made.partition("=")[2].partition(";")[0]
        lies = {"x-forwarded-proto": "http", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
        slash = far.get("/signin/", headers=lies)
        assert slash.headers["location"] == "https://shemtov.example.com/signin"
        assert far.get("/", headers={"cookie": f"__Host-shemtov={token}"}).status_code == 200
        assert far.get("/", headers={"cookie": f"shemtov_session={token}"}).status_code == 303
        for origin in ("http://shemtov.example.com", "https://evil.example", "https://shemtov.example.com:444"):
            assert far.post("/signin", data=FORM, headers={"origin": origin} | lies).status_code == 403
        for host, status in (
            ("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200), ("evil.example", 400),
            ("shemtov.example.com.evil.example", 400), ("example.com", 400), ("", 400),
        ):  # fmt: skip
            answer = far.get("/signin", headers={"host": host})
            assert answer.status_code == status, host
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_goes_wrong_is_a_page_in_the_readers_language(client: TestClient, world: World, lang: str) -> None:
    """The right status, one sentence, nothing of what was asked."""
    signed_in(client, world.engine, language=lang)
    evil = "%3Cscript%3Ealert(1)"
    for path, status in (
        (f"/{evil}", 404), (f"/brands/{evil}", 404), (f"/snapshots/{evil}", 422), ("/brands/nativ-telecom?weeks=x", 422),
        (f"/raw/{evil}", 422), ("/snapshots/999", 404),
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert texts(lang)[f"problem_{status}"].replace("'", "&#39;") in answer.text
        assert "Dana Levi" in answer.text
        assert "alert(1)" not in answer.text
    assert client.delete("/").status_code == 405
    assert client.delete("/").headers["allow"] == "GET"


def test_a_crash_is_a_page_without_its_cause(app: FastAPI, world: World) -> None:
    """500 with every header, in the browser's language; under /api a problem document."""

    bent = with_routes(app)

    @bent.get("/crash")
    @bent.get("/api/v1/crash")
    def crash() -> None:
        raise RuntimeError("the password of the database is hunter2")

    with TestClient(bent, raise_server_exceptions=False, headers={"accept-language": "pl"}) as browser:
        page, document = browser.get("/crash"), browser.get("/api/v1/crash")
    assert page.status_code == document.status_code == 500
    assert texts("pl")["problem_500"] in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert document.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in page.text + document.text


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"), ("he", "he"), ("iw-IL", "he"), ("de, pl;q=0.3, he;q=0.7", "he"), ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("fr", "en"), ("he;q=0, pl;q=0.1", "pl"), ("*;q=0.5", "en"), ("\x00;;,,q=,he;q=x", "en"), ("x" * 9000, "en"),
    ],
)  # fmt: skip
def test_an_open_page_speaks_the_browsers_language(client: TestClient, header: str, lang: str) -> None:
    """?lang= first, then the browser's wishes by their weights, then English."""
    assert f'<html lang="{lang}"' in client.get("/signin", headers={"accept-language": header}).text
    assert '<html lang="pl"' in client.get("/signin?lang=pl", headers={"accept-language": header}).text
    assert client.get("/signin?lang=xx").status_code == 422


def test_hostile_text_in_the_forms_is_only_text(client: TestClient, world: World, clock: Clock) -> None:
    """What was typed or sent along comes back escaped."""
    evil = '"><script>alert(1)</script>'
    token = link(world, clock)
    for answer in (
        client.post("/signin", data={"email": evil, "password": "x", "next": f"/{evil}"}),
        client.get("/signin", params={"next": f"/{evil}"}),
        client.get("/welcome", params={"token": evil}),
        client.post("/welcome", data={"token": token, "name": evil, "email": evil, "password": PASSWORD}),
    ):
        assert "<script>alert" not in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_the_first_page_a_signed_in_person_opens_is_in_their_language(client: TestClient, world: World) -> None:
    """?lang= stands above it."""
    signed_in(client, world.engine, language="he")
    assert '<html lang="he"' in client.get("/").text
    assert '<html lang="pl"' in client.get("/?lang=pl").text


@pytest.mark.parametrize("sent", [b"x" * 1_000_001, iter([b"a body that does not say how long it is"])])
def test_a_body_nobody_needs_to_send_is_refused_before_it_is_read(client: TestClient, sent: bytes) -> None:
    """Too large, or of a length not told: 413, a page for people and a problem for programs, signed in or not."""
    for path, kind in (
        ("/signin", "text/html"),
        ("/letterhead", "text/html"),
        ("/api/v1/brands", "application/problem"),
    ):
        answer = client.post(path, content=sent, headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413
        assert answer.headers["content-type"].startswith(kind)
