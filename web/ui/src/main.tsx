/** Where the page begins. */

import "./styles/index.css";
import { render } from "preact";
import { App } from "./app";
import { showLanguage } from "./i18n";
import { preferredLanguage } from "./i18n/language";
import { startKeyboard } from "./keyboard";
import { startRouter } from "./router";
import { startClock } from "./state/clock";
import { startSession } from "./state/startSession";
import { startTheme } from "./state/theme";

async function start(): Promise<void> {
  startTheme();
  startRouter();
  startKeyboard();
  startClock();
  await Promise.all([showLanguage(preferredLanguage(), { isChosen: false }), startSession()]);
  const root = document.getElementById("app");
  if (root) render(<App />, root);
}

void start();
