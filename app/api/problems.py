"""Every error as application/problem+json (RFC 9457): one shape, one clear sentence, no traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.errors import AppError

MEDIA = "application/problem+json"


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem(status: int, detail: str) -> JSONResponse:
    """The answer to a request that cannot be served."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body.model_dump(), status, headers, media_type=MEDIA)


def too_large(_request: Request) -> JSONResponse:
    """The refusal of a body nobody needs to send."""
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a request is at most a megabyte, and says its length")


def install(app: FastAPI) -> None:
    """One way for each kind of failure to become a problem."""

    @app.exception_handler(AppError)
    async def of_app(_request: Request, failure: AppError) -> JSONResponse:
        return problem(failure.status, failure.message)

    @app.exception_handler(HTTPException)
    async def of_http(_request: Request, failure: HTTPException) -> JSONResponse:
        return problem(failure.status_code, str(failure.detail))

    @app.exception_handler(RequestValidationError)
    async def of_input(_request: Request, failure: RequestValidationError) -> JSONResponse:
        found = "; ".join(f"{'.'.join(str(part) for part in e['loc'][1:])}: {e['msg']}" for e in failure.errors())
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, found or "the request cannot be read")

    @app.exception_handler(Exception)
    async def of_crash(_request: Request, _failure: Exception) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something broke here; the server's log says what")


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {MEDIA: {}}, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 404, 422)
}
