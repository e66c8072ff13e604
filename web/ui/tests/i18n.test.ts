import { describe, expect, test } from "vitest";
import { en } from "../src/i18n/en";
import { ko } from "../src/i18n/ko";
import { languageAmong, localeFor } from "../src/i18n/language";
import { fillText, placeholderNames } from "../src/i18n/placeholders";
import { SOURCES } from "./sources/sources";

describe("the catalogues", () => {
  test("have the same keys", () => {
    const missing = Object.keys(en).filter((key) => !(key in ko));
    const superfluous = Object.keys(ko).filter((key) => !(key in en));
    expect({ missing, superfluous }).toEqual({ missing: [], superfluous: [] });
  });

  test("have no key twice: each begins with the name of its part", () => {
    const parts = import.meta.glob<{ strings: Record<string, string> }>(
      ["../src/**/strings.en.ts", "../src/i18n/common.en.ts"],
      { eager: true },
    );
    const keys = Object.values(parts).flatMap((part) => Object.keys(part.strings));
    expect(keys.sort()).toEqual(Object.keys(en).sort());
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("leave no text empty, and no Korean one in English words alone", () => {
    for (const text of [...Object.values(en), ...Object.values(ko)]) expect(text.trim()).not.toBe("");
  });

  test("have no text that nothing shows", () => {
    const code = [...SOURCES].filter(([path]) => !/strings\.|common\./.test(path)).map(([, text]) => text);
    const all = code.join("\n");
    const begun = [...all.matchAll(/`([a-zA-Z.]+\.)\$\{[^`]*`/g)].map(([, prefix = ""]) => prefix);
    const unused = Object.keys(en).filter(
      (key) => !all.includes(`"${key}"`) && !begun.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  test.each(Object.keys(en) as (keyof typeof en)[])("%s has the same values in both", (key) => {
    expect(placeholderNames(ko[key])).toEqual(placeholderNames(en[key]));
  });
});

describe("texts", () => {
  test("take their values", () => {
    expect(fillText("{file}, line {line}", { file: "a", line: "3" }, () => "other")).toBe("a, line 3");
  });

  test("choose the word that belongs to a number", () => {
    const text = "{count} {count|host|hosts}";
    expect(fillText(text, { count: "1" }, () => "one")).toBe("1 host");
    expect(fillText(text, { count: "5" }, () => "other")).toBe("5 hosts");
  });

  test("do not take braces in a value for another placeholder", () => {
    expect(fillText("{name}", { name: "{count}", count: "3" }, () => "other")).toBe("{count}");
  });
});

describe("the language", () => {
  test.each([
    [["ko-KR", "en"], "ko"],
    [["fr-FR", "ko"], "ko"],
    [["en-GB", "ko"], "en"],
    [["fr"], "en"],
    [[], "en"],
  ] as const)("of %j is %s", (tags, language) => expect(languageAmong(tags)).toBe(language));

  test("is written as the browser's own region does", () => {
    expect(localeFor("en", ["ko-KR", "en-GB"])).toBe("en-GB");
    expect(localeFor("ko", ["en-GB"])).toBe("ko");
  });
});
