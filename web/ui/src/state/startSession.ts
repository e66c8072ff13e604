/** Keeps the session, and with it the fleet, for as long as somebody is logged in. */

import { effect } from "@preact/signals";
import { href, navigate, place } from "../router";
import { startFleet, stopFleet } from "./fleet";
import { loadSession, session } from "./session";

const RENEWAL_MILLISECONDS = 10 * 60_000;
const RETRY_MILLISECONDS = 3_000;

/** Asks who is logged in, then follows log-in and log-out. */
export async function startSession(): Promise<void> {
  await firstLook();
  effect(() => {
    const { status } = session.value;
    const { route, query } = place.value;
    if (status === "unknown") return;
    const mayLook = status === "known" || (status === "kiosk" && route === "kiosk");
    if (mayLook) startFleet({ isWholeFleetShown: route === "fleet" || route === "kiosk" });
    else stopFleet();
    if (!mayLook && route !== "login") navigate(loginAddress(), { replace: true });
    // a wall that was sent to log in goes back by itself once the settings have a kiosk
    const isWall = status === "kiosk" && addressAfterLogin(query) === href("kiosk");
    if (route === "login" && (status === "known" || isWall))
      navigate(addressAfterLogin(query), { replace: true });
  });
  setInterval(() => void loadSession().catch(() => undefined), RENEWAL_MILLISECONDS);
}

/** Where to go after log-in: an address of ours alone, whatever the query says. */
export function addressAfterLogin(query: URLSearchParams): string {
  const next = query.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : href("fleet");
}

function loginAddress(): string {
  const here = location.pathname + location.search;
  return here === "/" ? href("login") : `${href("login")}?next=${encodeURIComponent(here)}`;
}

/** While monctl cannot be reached the page shows that, and goes on asking. */
async function firstLook(): Promise<void> {
  try {
    await loadSession();
  } catch {
    setTimeout(() => void firstLook(), RETRY_MILLISECONDS);
  }
}
