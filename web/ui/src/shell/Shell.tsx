/** What is around every page: navigation, how the stream fares, theme, language, account. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { useKey } from "../keyboard";
import { place } from "../router";
import { connection } from "../state/fleet";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { ConnectionBanner, ConnectionMark } from "./Connection";
import { KeysDialog } from "./KeysDialog";
import { AccountMenu, LanguageMenu, ThemeMenu } from "./menus";
import { Navigation } from "./Navigation";

export function Shell({ children }: { children: ComponentChildren }) {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [areKeysShown, setKeysShown] = useState(false);
  const { route } = place.value;
  useEffect(() => setMenuOpen(false), [route]);
  useKey("?", () => setKeysShown(true));
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {t("shell.skip")}
      </a>
      <aside class={classes("side", isMenuOpen && "side-open")}>
        <div class="side-head">
          <a class="brand" href="/">
            <img src="/favicon.svg" alt="" width="24" height="24" />
            monctl
          </a>
          <ConnectionMark />
          <IconButton
            class="side-toggle"
            icon={isMenuOpen ? "close" : "menu"}
            label={t("shell.menu")}
            aria-expanded={isMenuOpen}
            onClick={() => setMenuOpen(!isMenuOpen)}
          />
        </div>
        <div class="side-body">
          <Navigation />
          <div class="side-foot">
            <ThemeMenu />
            <LanguageMenu />
            <AccountMenu onShowKeys={() => setKeysShown(true)} />
          </div>
        </div>
      </aside>
      <main
        class={classes("content", connection.value === "disconnected" && "content-lost")}
        id="content"
        tabIndex={-1}
      >
        <ConnectionBanner />
        {children}
      </main>
      {areKeysShown ? <KeysDialog onClose={() => setKeysShown(false)} /> : null}
    </div>
  );
}
