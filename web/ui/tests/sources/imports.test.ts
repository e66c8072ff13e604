import { describe, expect, test } from "vitest";
import { SOURCES } from "./sources";

type Imports = ReadonlyMap<string, ReadonlySet<string>>;

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]*)"/g;
const ENDINGS = [".ts", ".tsx", "/index.ts", "/index.tsx"];

/** Of types and of pages that are fetched later too: who reads a file has to read those all the same. */
function importsOf(sources: ReadonlyMap<string, string>): Imports {
  const fileOf = (from: string, to: string) => {
    const path = new URL(to, `file:///${from}`).pathname.slice(1);
    return ENDINGS.map((ending) => path + ending).find((file) => sources.has(file));
  };
  return new Map(
    [...sources].map(([from, text]) => {
      const files = [...text.matchAll(IMPORT)].map(([, to = ""]) => fileOf(from, to));
      return [from, new Set(files.filter((file) => file !== undefined))];
    }),
  );
}

/** The files of import circles, and those between two of them. */
function circles(imports: Imports): string[] {
  const files = new Set(imports.keys());
  const imported = (file: string) => [...(imports.get(file) ?? [])].some((one) => files.has(one));
  const importing = (file: string) => [...files].some((one) => imports.get(one)?.has(file));
  for (let before = -1; before !== files.size; ) {
    before = files.size;
    for (const file of files) if (!imported(file) || !importing(file)) files.delete(file);
  }
  return [...files].sort();
}

describe("imports", () => {
  test("go round in no circle", () => {
    const imports = importsOf(SOURCES);
    expect([...imports.values()].flatMap((files) => [...files]).length).toBeGreaterThan(500);
    expect(circles(imports)).toEqual([]);
  });

  test("are seen however they are written", () => {
    const sources = new Map([
      ["src/a.ts", 'import type { B } from "./b";\nimport "./d";'],
      ["src/b/index.tsx", 'export * from "../c";'],
      ["src/c.ts", 'const a = () => import("./a");'],
      ["src/d.ts", 'import { useEffect } from "preact/hooks";'],
      ["src/e.ts", 'import { a } from "./a";'],
    ]);
    expect(circles(importsOf(sources))).toEqual(["src/a.ts", "src/b/index.tsx", "src/c.ts"]);
  });
});
