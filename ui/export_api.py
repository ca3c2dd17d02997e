"""Exports over HTTP.

GET  /api/sessions/{id}/export?format=F   the session as a file, as far as the seat may see it (who sees its words)
     &tags=ID,LABEL,…                     html: the quotes to be heard; unset, those accepted
     &own_notes=1                         also the seat's own notes that are not shared
GET  /api/export-formats                  [{name, words}], in the order of a menu
GET  /schema/export.json                  the JSON Schema of --format json
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.store import Store
from ui.api import Api, HttpRefusal, answering
from ui.errors import Refused
from ui.export.file import export_file
from ui.export.formats import FORMATS
from ui.export.json_document import document_schema

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ExportApi:
    """The routes for one workspace."""

    def __init__(self, api: Api, store: Store) -> None:
        self._api = api
        self._store = store

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/api/sessions/{session_id}/export", answering(self._export)),
            Route("/api/export-formats", _formats),
            Route("/schema/export.json", _schema),
        ]

    async def _export(self, request: Request) -> Response:
        seat = await self._api.seat(request)
        query = request.query_params
        tags = [one.strip() for one in query.get("tags", "").split(",") if one.strip()]
        has_own_notes = query.get("own_notes") == "1"
        try:
            made = await asyncio.to_thread(
                export_file, self._store, seat, query.get("format", ""), tags=tags, has_own_notes=has_own_notes
            )
        except Refused as refusal:
            raise HttpRefusal(403, str(refusal)) from None
        headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.data, media_type=made.media_type, headers=headers)


async def _formats(_: Request) -> Response:
    told = [{"name": name, "words": one.words} for name, one in FORMATS.items()]
    return JSONResponse(told)


async def _schema(_: Request) -> Response:
    return JSONResponse(document_schema(), media_type="application/schema+json")
