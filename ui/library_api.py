"""The library over HTTP: every interview of the workspace, and what was said in them.

GET  /api/sessions             every interview, newest first: candidate, role, rubric, state, words, length_s, …  (host)
GET  /api/search?q=…&limit=…   {hits, has_more, unread}: where it was said, with the interview it was said in     (host)

`matches` of a hit are pairs of offsets in its `text`, in code points; `at_s` leads to that moment in the review.
`unread` interviews were not read yet: ask again.
"""

import asyncio
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.search import MOST_HITS, search
from pipeline.store import Store
from ui.api import Api, HttpRefusal, answering
from ui.catalogue import Catalogue

MOST_TYPED: Final = 500
"""Characters of a search; nobody types more."""


class LibraryApi:
    """The routes for one workspace."""

    def __init__(self, api: Api, store: Store, catalogue: Catalogue) -> None:
        self._api = api
        self._store = store
        self._catalogue = catalogue

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/api/sessions", answering(self._sessions), methods=["GET"]),
            Route("/api/search", answering(self._search)),
        ]

    async def _sessions(self, request: Request) -> Response:
        self._api.check_host(request)
        await asyncio.to_thread(self._catalogue.catch_up)
        return JSONResponse(await asyncio.to_thread(self._catalogue.rows))

    async def _search(self, request: Request) -> Response:
        self._api.check_host(request)
        typed, most = request.query_params.get("q", ""), request.query_params.get("limit", str(MOST_HITS))
        if len(typed) > MOST_TYPED:
            raise HttpRefusal(400, f"look for {MOST_TYPED} characters or fewer.")
        if not (most.isascii() and most.isdigit() and 1 <= int(most) <= 10 * MOST_HITS):
            raise HttpRefusal(400, f"limit is a number from 1 to {10 * MOST_HITS}.")
        return JSONResponse(await asyncio.to_thread(self._found, typed, int(most)))

    def _found(self, typed: str, most: int) -> dict[str, Any]:
        unread = self._catalogue.catch_up()
        found = search(self._store, typed, most=most)
        about = self._catalogue.about({hit.session_id for hit in found.hits})
        # One that is not there any more was erased meanwhile.
        hits = [{**asdict(hit), **about[hit.session_id]} for hit in found.hits if hit.session_id in about]
        return {"hits": hits, "has_more": found.has_more, "unread": unread}
