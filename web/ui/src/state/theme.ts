/** Light or dark: as the system says, or as chosen here. public/theme.js sets it before the first paint. */

import { computed, signal } from "@preact/signals";
import { readSetting, writeSetting } from "./settings";

export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const SETTING = "theme";
const systemIsDark = signal(false);

/** What is chosen. */
export const theme = signal<Theme>("system");

/** What is shown. */
export const isDark = computed(() =>
  theme.value === "system" ? systemIsDark.value : theme.value === "dark",
);

/** Takes up the choice of an earlier visit, and follows the system. */
export function startTheme(): void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  systemIsDark.value = query.matches;
  query.addEventListener("change", (event) => {
    systemIsDark.value = event.matches;
  });
  theme.value = THEMES.find((one) => one === readSetting(SETTING)) ?? "system";
}

/** Chooses a theme, here and for the next visit. */
export function chooseTheme(chosen: Theme): void {
  writeSetting(SETTING, chosen === "system" ? null : chosen);
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  theme.value = chosen;
}
