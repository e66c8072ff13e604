"""Routes: host_import."""

from fastapi import APIRouter

router = APIRouter(tags=["hosts"])
