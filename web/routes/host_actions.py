"""Routes: host_actions."""

from fastapi import APIRouter

router = APIRouter(tags=["hosts"])
