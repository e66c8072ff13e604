"""Routes: operations."""

from fastapi import APIRouter

router = APIRouter(tags=["operations"])
