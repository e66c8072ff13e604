/** Texts in the language shown: `t("fleet.title")`, `t("fleet.hosts", { count: 3 })`. */

import enAddress from "virtual:catalogue/en";
import koAddress from "virtual:catalogue/ko";
import { signal } from "@preact/signals";
import { formatNumber } from "../format/number";
import type { en } from "./en";
import { type Language, language, locale, rememberLanguage } from "./language";
import { fillText, type TextValues } from "./placeholders";

/** The key of a text. */
export type TextKey = keyof typeof en;

/** The keys of texts that need no values. */
export type PlainKey = {
  [Key in TextKey]: TextValues<(typeof en)[Key]> extends [] ? Key : never;
}[TextKey];

type Catalogue = Readonly<Record<TextKey, string>>;

const ADDRESSES: Readonly<Record<Language, string>> = { en: enAddress, ko: koAddress };

const catalogue = signal<Catalogue | null>(null);

/** Fetches a language's catalogue and shows it; `isChosen` remembers it for the next visit. */
export async function showLanguage(chosen: Language, options: { isChosen: boolean }): Promise<void> {
  const texts: Catalogue = await (await fetch(ADDRESSES[chosen])).json();
  if (options.isChosen) rememberLanguage(chosen);
  language.value = chosen;
  catalogue.value = texts;
  document.documentElement.lang = chosen;
}

/** The text of a key; a component that calls it is drawn again when the language changes. */
export function t<Key extends TextKey>(key: Key, ...values: TextValues<(typeof en)[Key]>): string {
  const text = catalogue.value?.[key] ?? key;
  const parts: Readonly<Record<string, string | number>> | undefined = values[0];
  return parts === undefined ? text : fillText(text, localText(parts), (name) => pluralOf(parts[name]));
}

function localText(values: Readonly<Record<string, string | number>>): Record<string, string> {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" ? formatNumber(value) : value,
  ]);
  return Object.fromEntries(entries);
}

const plurals = new Map<string, Intl.PluralRules>();

function pluralOf(count: string | number | undefined): "one" | "other" {
  const rules = plurals.get(locale.value) ?? new Intl.PluralRules(locale.value);
  plurals.set(locale.value, rules);
  return rules.select(Number(count)) === "one" ? "one" : "other";
}
