"""The web application: composition only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.api import brands, health, labels, problems, readings, reports, searches, snapshots, sources, weeks, work
from app.api.answers import KeptAnswers
from app.errors import Conflict
from app.printing import close_printer
from app.settings import settings
from app.web import problems as page_problems
from app.web import router as web
from app.web.ahead import read_ahead
from app.web.security import MostBody, OwnOrigin, SameOrigin, SecurityHeaders

log = logging.getLogger("shemtov")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "testserver")


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[None]:
    """The worker, and the Chromium that prints, end with the server. A server without its worker still serves."""
    worker = None
    if app.state.worker:
        from app.jobs import Worker  # brings the durable engine, which a server without a worker does without

        worker = Worker()
        try:
            await asyncio.to_thread(worker.start)
        except Conflict as other:
            log.warning("%s; this server only serves", other.message)
            worker = None
    ahead = asyncio.create_task(read_ahead()) if app.state.ahead else None
    yield
    if ahead is not None:
        ahead.cancel()
    if worker is not None:
        await asyncio.to_thread(worker.stop)
    await asyncio.to_thread(close_printer)


def create_app(*, worker: bool = False, ahead: bool = False) -> FastAPI:
    """API under /api/v1, pages at /. Answers loopback names and the host of the public URL only. worker: it also
    takes what is due. ahead: it reads the list of brands before anybody asks."""
    public_url = settings().public_url
    hosts = [*LOOPBACK, *filter(None, [urlsplit(public_url).hostname])]
    app = FastAPI(
        title="Shem Tov",
        summary="What a customer sees when they search for a brand and its service",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_serving,
    )
    app.state.worker, app.state.ahead = worker, ahead
    api = APIRouter(prefix="/api/v1", responses=problems.ERRORS)
    for part in (brands, searches, snapshots, weeks, readings, reports, sources, labels, work):
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(health.router)
    web.install(app)
    problems.install(app)
    page_problems.install(app)
    app.add_middleware(KeptAnswers)
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=6)
    # The last one added is the first to see a request.
    app.add_middleware(SameOrigin, refuse=page_problems.cross_site)
    app.add_middleware(MostBody, page=page_problems.too_large, api=problems.too_large)
    app.add_middleware(OwnOrigin, public_url=public_url)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app
