"""Every page of the dashboard, with something in it."""

from playwright.sync_api import Page, expect

PATHS = (
    "/",
    "/?view=cards&group=env",
    "/?q=nothing-like-this",
    "/hosts/web-1",
    "/hosts/gone",
    "/hosts/nobody",
    "/alerts",
    "/alerts?tab=history",
    "/alerts/1",
    "/alerts/999999",
    "/rules",
    "/rules/new",
    "/rules/host-down",
    "/silences",
    "/channels",
    "/inventory",
    "/inventory/add",
    "/inventory?import",
    "/inventory?host=web-1",
    "/access",
    "/access?tab=keys",
    "/access?tab=audit",
    "/access?tab=account",
)

# what is far below the window is fetched when somebody scrolls to it
_IS_FETCHED = """() => [...document.querySelectorAll("[aria-hidden=true]")].every((one) =>
  !one.className.includes?.("skeleton") || one.getBoundingClientRect().top > innerHeight)"""


def wait_until_drawn(page: Page) -> None:
    """Until a page has its heading, and nothing in its window is still being fetched."""
    expect(page.get_by_role("heading", level=1).first).to_be_attached()
    page.wait_for_function(_IS_FETCHED)
