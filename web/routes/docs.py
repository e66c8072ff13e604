"""Routes: docs."""

from fastapi import APIRouter

router = APIRouter(tags=["docs"])
