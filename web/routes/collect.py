"""Routes: collect."""

from fastapi import APIRouter

router = APIRouter(tags=["push"])
