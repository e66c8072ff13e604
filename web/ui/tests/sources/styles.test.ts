import { describe, expect, test } from "vitest";
import { SOURCES, textsByPath } from "./sources";

const STYLES = textsByPath(
  import.meta.glob<string>("../../src/styles/*.css", { query: "?raw", import: "default", eager: true }),
);
const HOLE = "…";
/** A text, and what stands before one that is compared or looked up. */
const TEXT = /([!=]== |\bt\()?(?:"([^"]*)"|`([^`]*)`)/g;
/** Those that uPlot gives its own elements. */
const OF_UPLOT = /^u-/;

interface Rule {
  /** The at-rules around it, `@media (max-width: 700px)`. */
  readonly within: string;
  readonly selector: string;
  readonly declarations: readonly string[];
}

function* rulesOf(css: string, within = ""): Generator<Rule> {
  for (const [head, body] of blocksOf(css.replace(/\/\*.*?\*\//gs, ""))) {
    if (/^@(media|container|supports)/.test(head)) yield* rulesOf(body, `${within} ${head}`);
    else if (!head.startsWith("@")) {
      const declarations = body.split(";").map((one) => one.trim().replace(/\s+/g, " "));
      yield { within, selector: head, declarations: declarations.filter(Boolean).sort() };
    }
  }
}

/** `head { body }`, as deep as it goes. */
function* blocksOf(css: string): Generator<[string, string]> {
  let depth = 0;
  let start = 0;
  let open = 0;
  for (let at = 0; at < css.length; at += 1) {
    const character = css[at];
    if (character === ";" && depth === 0) start = at + 1;
    if (character === "{" && depth++ === 0) open = at;
    if (character === "}" && --depth === 0) {
      yield [css.slice(start, open).trim().replace(/\s+/g, " "), css.slice(open + 1, at)];
      start = at + 1;
    }
  }
}

/** The classes that a source gives to elements: whole ones, and beginnings with a hole behind them. */
function classesOf(source: string): { readonly whole: Set<string>; readonly begun: Set<string> } {
  const whole = new Set<string>();
  const begun = new Set<string>();
  for (const part of classTexts(source.replace(/\/\*.*?\*\/|^\s*\/\/[^\n]*/gms, ""))) {
    for (const word of part.split(/\s+/).filter(Boolean)) {
      const hole = word.indexOf(HOLE);
      if (hole < 0) whole.add(word);
      else if (hole > 0) begun.add(word.slice(0, hole));
    }
  }
  return { whole, begun };
}

/** The texts within `class=…`, `classes(…)`, `const look = …` and functions called `…Class`. */
function* classTexts(source: string): Generator<string> {
  for (const [, text = ""] of source.matchAll(/\bclass="([^"]*)"/g)) yield text;
  for (const { 0: begin, index } of source.matchAll(
    /\bclass=\{|\bclasses\(|\blook = |Class(<\w+>)?\(.*\{$/gm,
  )) {
    const expression = source.slice(index + begin.length, endOf(source, index + begin.length, begin));
    for (const [, before, text = "", template = ""] of expression.matchAll(TEXT)) {
      if (before === undefined) yield text + template.replace(/\$\{[^}]*\}/g, HOLE);
    }
  }
}

function endOf(source: string, from: number, begin: string): number {
  if (begin === "look = ") return source.indexOf(";", from);
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    if ("({".includes(source[at] ?? "")) depth += 1;
    if (")}".includes(source[at] ?? "") && --depth === 0) return at;
  }
  return source.length;
}

const rules = [...STYLES.values()].flatMap((css) => [...rulesOf(css)]);
const styled = new Set(rules.flatMap(({ selector }) => selector.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? []));
const given = [...SOURCES].map(([path, text]) => ({ path, ...classesOf(text) }));

describe("classes", () => {
  test("are found in the sources", () => {
    expect(styled.size).toBeGreaterThan(300);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a source is meant
    const source = 'class="a b" class={x === "no" ? "c" : `d d-${x}`} classes("e", y && `f-${t("no")}`)';
    const { whole, begun } = classesOf(source);
    expect([[...whole], [...begun]]).toEqual([
      ["a", "b", "c", "d", "e"],
      ["d-", "f-"],
    ]);
  });

  test("that are given have a rule", () => {
    const without = given.flatMap(({ path, whole, begun }) => [
      ...[...whole].filter((name) => !styled.has(name)).map((name) => `${path}: ${name}`),
      ...[...begun]
        .filter((name) => ![...styled].some((one) => one.startsWith(name)))
        .map((name) => `${path}: ${name}…`),
    ]);
    expect(without).toEqual([]);
  });

  test("that have a rule are given", () => {
    const whole = new Set(given.flatMap((source) => [...source.whole]));
    const begun = [...new Set(given.flatMap((source) => [...source.begun]))];
    const unused = [...styled].filter(
      (name) => !whole.has(name) && !OF_UPLOT.test(name) && !begun.some((one) => name.startsWith(one)),
    );
    expect(unused).toEqual([]);
  });
});

test("no two rules say the same", () => {
  const selectors = new Map<string, string[]>();
  for (const { within, selector, declarations } of rules) {
    if (declarations.length < 2) continue;
    const key = `${within} { ${declarations.join("; ")} }`;
    selectors.set(key, [...(selectors.get(key) ?? []), selector]);
  }
  expect([...selectors].filter(([, several]) => several.length > 1)).toEqual([]);
});
