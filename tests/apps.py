"""The web application for tests: putting it together takes half a second, and it is the same each time."""

from __future__ import annotations

from functools import lru_cache

from fastapi import FastAPI

from app.main import create_app
from app.settings import settings
from app.web.throttle import Tries


def an_app() -> FastAPI:
    """One for each public URL in a process of tests, without what the test before had put in its place."""
    app, routes = _made(settings().public_url)
    assert len(app.routes) == routes, "a test gave everybody's application a route"
    app.dependency_overrides.clear()
    app.state.tries = Tries()
    return app


@lru_cache(maxsize=4)
def _made(_public_url: str) -> tuple[FastAPI, int]:
    app = create_app()
    return app, len(app.routes)
