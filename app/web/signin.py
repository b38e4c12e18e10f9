"""Signing in and out: by e-mail and password, or by a one-time link. A GET changes nothing: mail scanners follow
links before people do."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.db import writing
from app.errors import BadInput, NotFound
from app.models import Person
from app.passwords import LONGEST, SHORTEST, outdated, password_hash, password_right
from app.queries.people import LinkRow, open_link, person_of
from app.secret import secret
from app.settings import settings
from app.store import people as store
from app.store.brands import home_workspace
from app.texts import texts
from app.web.access import Lang, NowDep, SessionDep, cookie_name, reader_language
from app.web.render import render
from app.web.throttle import Tries

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Typed = Annotated[str, Form()]
OVER = NotFound("this link was used or has expired", "link_over")


@router.get("/signin")
def sign_in_page(request: Request, after: Annotated[str, Query(alias="next")] = "", lang: Lang = None) -> Response:
    """The form."""
    return _form(request, after=own_path(after))


@router.post("/signin")
def sign_in(
    request: Request, session: SessionDep, at: NowDep, email: Typed = "", password: Typed = "",
    after: Annotated[str, Form(alias="next")] = "", lang: Lang = None,
) -> Response:  # fmt: skip
    """A new session for the right password; one sentence for a wrong one, the same whoever was asked for."""
    tries: Tries = request.app.state.tries
    address = _address(request)
    wait = tries.begin(email, address, at)
    if wait is not None:
        minutes = int(wait.total_seconds() // 60) + 1
        page = _form(request, 429, "too_many_tries", email=email, after=own_path(after), minutes=minutes)
        page.headers["retry-after"] = str(minutes * 60)
        return page
    found = person_of(session, email)
    kept = found.password if found and found.disabled is None else None
    if not password_right(password, kept) or found is None or kept is None:
        return _form(request, HTTPStatus.UNAUTHORIZED, "wrong_password", email=email, after=own_path(after))
    tries.succeeded(email, address, at)
    fresh = password_hash(password) if outdated(kept) else kept
    with writing() as opened:
        person = opened.get_one(Person, found.id)
        person.password = fresh
        opened.add(person)
        store.end_session(opened, request.cookies.get(cookie_name(), ""), secret(), at)
        token = store.start_session(opened, person.id or 0, secret(), at)
    return _come_in(token, own_path(after))


@router.post("/signout")
def sign_out(request: Request, at: NowDep) -> Response:
    """The session ends here and now."""
    with writing() as opened:
        store.end_session(opened, request.cookies.get(cookie_name(), ""), secret(), at)
    answer = RedirectResponse("/signin", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(cookie_name(), secure=_https(), httponly=True, samesite="lax")
    return answer


@router.get("/welcome")
def welcome_page(request: Request, session: SessionDep, at: NowDep, token: str = "", lang: Lang = None) -> Response:
    """Whom a one-time link lets in, and the button that does."""
    return _welcome(request, _living(open_link(session, token, secret(), at)), token)


@router.post("/welcome")
def welcome(
    request: Request, session: SessionDep, at: NowDep, token: Typed = "", name: Typed = "", email: Typed = "",
    password: Typed = "", lang: Lang = None,
) -> Response:  # fmt: skip
    """Use a one-time link up: the first owner is made, or its person comes in, with a new password if one is typed."""
    link = _living(open_link(session, token, secret(), at))
    try:
        fresh = password_hash(password) if password or link.person is None else None
        with writing() as opened:
            if not store.use_link(opened, token, secret(), at):
                raise OVER
            if link.person is None:
                home = home_workspace(opened).id or 0
                person = store.add_person(opened, home, email, name, "owner", at)
            else:
                person = opened.get_one(Person, link.person)
            person.language = reader_language(request)
            if fresh:
                store.set_password(opened, person, fresh, at)
            store.end_session(opened, request.cookies.get(cookie_name(), ""), secret(), at)
            session_token = store.start_session(opened, person.id or 0, secret(), at)
    except BadInput as wrong:
        return _welcome(request, link, token, wrong.key, name=name, email=email)
    return _come_in(session_token, "/")


def own_path(text: str) -> str:
    """The page of ours that a sign-in leads on to; "/" for whatever a browser could take for another site."""
    return text if re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}", text) else "/"


def _form(
    request: Request, status: int = 200, problem: str = "", *, email: str = "", after: str = "/", minutes: int = 0
) -> HTMLResponse:
    lang = reader_language(request)
    sentence = texts(lang)[problem].format(minutes=minutes) if problem else ""
    page = render("signin.html", lang, None, problem=sentence, email=email[:254], after=after)
    return HTMLResponse(page, status)


def _welcome(
    request: Request, link: LinkRow, token: str, problem: str = "", *, name: str = "", email: str = ""
) -> HTMLResponse:
    lang = reader_language(request)
    sentence = texts(lang)[problem].format(shortest=SHORTEST, longest=LONGEST) if problem else ""
    page = render(
        "welcome.html", lang, None, link=link, token=token, problem=sentence, called=name[:80], email=email[:254],
        shortest=SHORTEST, longest=LONGEST,
    )  # fmt: skip
    return HTMLResponse(page, HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK)


def _living(link: LinkRow | None) -> LinkRow:
    if link is None:
        raise OVER
    return link


def _come_in(token: str, path: str) -> Response:
    """Off to the page, with the session in a cookie that scripts cannot read and other sites cannot send along."""
    answer = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    lasts = int(store.LONGEST.total_seconds())
    answer.set_cookie(cookie_name(), token, lasts, secure=_https(), httponly=True, samesite="lax")
    return answer


def _https() -> bool:
    return settings().public_url.startswith("https:")


def _address(request: Request) -> str:
    """Where a request comes from; nothing behind a proxy, whose own address is that of everybody."""
    return "" if _https() or request.client is None else request.client.host
