"""The web application: composition only."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.api import brands, problems, searches, snapshots
from app.web import router as web
from app.web.security import SecurityHeaders

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "testserver")


def create_app() -> FastAPI:
    """API under /api/v1, pages at /. Answers loopback names only, until people can sign in."""
    app = FastAPI(
        title="Shem Tov",
        summary="What a customer sees when they search for a brand and its service",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    api = APIRouter(prefix="/api/v1", responses=problems.ERRORS)
    for part in (brands, searches, snapshots):
        api.include_router(part.router)
    app.include_router(api)
    web.install(app)
    problems.install(app)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))
    return app
