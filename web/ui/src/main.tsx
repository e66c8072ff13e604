/** Where the page begins. */

import "./styles/index.css";
import { render } from "preact";
import { apiPath, getAhead } from "./api/http";
import { App } from "./app";
import { showLanguage } from "./i18n";
import { preferredLanguage } from "./i18n/language";
import { startKeyboard } from "./keyboard";
import { fetchPage } from "./pages/pages";
import { place, startRouter } from "./router";
import { startClock } from "./state/clock";
import { startListener } from "./state/fleet/fleetStream";
import { startSession } from "./state/startSession";
import { startTheme } from "./state/theme";

async function start(): Promise<void> {
  startTheme();
  startRouter();
  startKeyboard();
  startClock();
  fetchPageAhead();
  await Promise.all([showLanguage(preferredLanguage(), { isChosen: false }), startSession()]);
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}

/** What the page will need comes while the session is asked for, and is taken by whoever wants it. */
function fetchPageAhead(): void {
  const { route, params } = place.peek();
  if (route) fetchPage(route).catch(() => undefined);
  if (route === "host") getAhead(apiPath("hosts", params.name ?? ""));
  if (route === "fleet" || route === "login") startListener();
}

void start();
