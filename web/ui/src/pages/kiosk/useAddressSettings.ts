/** A wall has no switches: its address may say the theme and the language (`/kiosk?theme=dark&lang=ko`). */

import { useEffect } from "preact/hooks";
import { showLanguage } from "../../i18n";
import { LANGUAGES } from "../../i18n/language";
import { theme } from "../../state/theme";

export function useAddressSettings(query: URLSearchParams): void {
  const wantedTheme = query.get("theme");
  const wantedLanguage = query.get("lang");
  useEffect(() => {
    if (wantedTheme !== "dark" && wantedTheme !== "light") return;
    document.documentElement.dataset.theme = wantedTheme;
    theme.value = wantedTheme;
  }, [wantedTheme]);
  useEffect(() => {
    const language = LANGUAGES.find((one) => one === wantedLanguage);
    if (language) void showLanguage(language, { isChosen: false }).catch(() => undefined);
  }, [wantedLanguage]);
}
