"""What went wrong, as a page in the reader's language; under /api it stays a problem document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.db import reading
from app.errors import AppError
from app.texts import texts
from app.web.access import SignInNeeded, now, reader_language, whoever
from app.web.render import render
from app.web.security import HEADERS

Answer = Callable[[Request, Any], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Pages get pages; the ways of the API, which are installed already, keep what is under /api."""
    for kind, of_page in ((AppError, _of_app), (HTTPException, _of_http), (RequestValidationError, _of_input)):
        app.exception_handlers[kind] = _either(cast(Answer, app.exception_handlers[kind]), of_page)
    app.exception_handlers[Exception] = _either(cast(Answer, app.exception_handlers[Exception]), _of_crash)


def cross_site(request: Request) -> Response:
    """The refusal of a form that another site's page sent."""
    return problem_page(request, HTTPStatus.FORBIDDEN, "cross_site")


def too_large(request: Request) -> Response:
    """The refusal of a body nobody needs to send."""
    return problem_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def problem_page(request: Request, status: int, key: str = "") -> HTMLResponse:
    """One sentence, chosen by its key or the status; nothing of the request is shown."""
    lang = reader_language(request)
    words = texts(lang)
    sentence = next(words[k] for k in (key, f"problem_{status}", "problem_400") if k in words)
    viewer = getattr(request.state, "viewer", None)
    body = render("problem.html", lang, viewer, status=status, sentence=sentence)
    return HTMLResponse(body, status)


def _either(of_api: Answer, of_page: Answer) -> Answer:
    async def answer(request: Request, failure: Exception) -> Response:
        api = request.scope["path"].startswith("/api/")
        return await (of_api if api else of_page)(request, failure)

    return answer


async def _of_app(request: Request, failure: AppError) -> Response:
    if isinstance(failure, SignInNeeded) and request.method in ("GET", "HEAD"):
        wanted = quote(request.scope["path"]) + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/signin?{urlencode({'next': wanted})}", HTTPStatus.SEE_OTHER)
    return problem_page(request, failure.status, failure.key)


async def _of_http(request: Request, failure: HTTPException) -> Response:
    if not hasattr(request.state, "viewer"):  # no route was found, so none has asked
        with reading() as session:
            request.state.viewer = whoever(request, session, now())
    answer = problem_page(request, failure.status_code)
    answer.headers.update(failure.headers or {})
    return answer


async def _of_input(request: Request, _failure: RequestValidationError) -> Response:
    return problem_page(request, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _of_crash(request: Request, _failure: Exception) -> Response:
    answer = problem_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    answer.headers.update(HEADERS)  # this one answer is made outside of everything that adds them
    return answer
