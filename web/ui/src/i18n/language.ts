/** Which language is shown, and how its numbers and times are written. */

import { computed, signal } from "@preact/signals";
import { readSetting, writeSetting } from "../state/settings";

export const LANGUAGES = ["en", "ko"] as const;

export type Language = (typeof LANGUAGES)[number];

/** Every language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ko: "한국어" };

const SETTING = "language";

/** The language shown now. */
export const language = signal<Language>("en");

/** The locale for numbers and times: the browser's own where it speaks the language shown. */
export const locale = computed(() => localeFor(language.value, browserLanguages()));

/** The language to begin with: the one chosen here before, else the browser's first that there is. */
export function preferredLanguage(): Language {
  const chosen = readSetting(SETTING);
  return asLanguage(chosen) ?? languageAmong(browserLanguages());
}

/** Shows another language from now on, here and at the next visit. */
export function rememberLanguage(chosen: Language): void {
  writeSetting(SETTING, chosen);
}

/** The first of a browser's languages (`ko-KR`, `en`) that there is a catalogue for; English without. */
export function languageAmong(tags: readonly string[]): Language {
  for (const tag of tags) {
    const match = asLanguage(tag.split("-")[0] ?? "");
    if (match) return match;
  }
  return "en";
}

/** The browser's first locale of a language, else the language alone. */
export function localeFor(chosen: Language, tags: readonly string[]): string {
  return tags.find((tag) => tag.split("-")[0] === chosen) ?? chosen;
}

function asLanguage(text: string | null): Language | undefined {
  return LANGUAGES.find((one) => one === text);
}

function browserLanguages(): readonly string[] {
  return typeof navigator === "undefined" ? [] : navigator.languages;
}
