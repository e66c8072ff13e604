"""The routes, a file for each thing that they are about."""

from web.routes import dashboard, docs, operations
from web.routes.access import audit, auth, keys, users
from web.routes.alerts import alerts, channels, rules, silences
from web.routes.hosts import actions, hosts, importing, polls
from web.routes.hosts import keys as host_keys
from web.routes.metrics import catalog, collect, current, export, history, live

API_ROUTERS = (
    auth.router,
    users.router,
    keys.router,
    audit.router,
    importing.router,
    hosts.router,
    actions.router,
    host_keys.router,
    polls.router,
    current.router,
    history.router,
    export.router,
    catalog.router,
    collect.router,
    live.router,
    alerts.router,
    silences.router,
    rules.router,
    channels.router,
)
"""Those under /api/v1, in the order in which paths are compared."""

ROOT_ROUTERS = (operations.router, docs.router, dashboard.router)
"""Those at the root."""

PUBLIC_PATHS = dashboard.PUBLIC_PATHS | frozenset(
    {
        "/api/v1/auth/token",
        "POST /api/v1/auth/session",
        "/healthz",
        "/readyz",
        "/docs",
        "/docs/{name}",
        "/openapi.json",
    }
)
"""The only paths that ask for no role; with a method in front, for that method alone."""

TAGS = [
    {"name": "auth", "description": "Log-in to a token or a browser session; who am I."},
    {"name": "hosts", "description": "The inventory: which hosts there are, and how to reach each."},
    {"name": "metrics", "description": "Current values, history, catalogue, export."},
    {"name": "push", "description": "Samples from hosts that SSH cannot reach."},
    {"name": "live", "description": "Server-sent events: samples and host states as they come."},
    {"name": "alerts", "description": "What is wrong now and was before; acknowledging it."},
    {"name": "rules", "description": "What is worth telling; what a rule would have told."},
    {"name": "channels", "description": "The places that alerts go to."},
    {"name": "silences", "description": "When which alerts are not told."},
    {"name": "users", "description": "Accounts of people."},
    {"name": "keys", "description": "API keys of programs."},
    {"name": "audit", "description": "Who changed what, when and from where."},
    {"name": "operations", "description": "Liveness, readiness, Prometheus exposition."},
]
