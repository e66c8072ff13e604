"""Routes: hosts."""

from fastapi import APIRouter

router = APIRouter(tags=["hosts"])
