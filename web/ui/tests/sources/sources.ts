/** The dashboard's own source files, as text. */

/** Path (`src/app.tsx`) to text. */
export const SOURCES = textsByPath(
  import.meta.glob<string>(["../../src/**/*.{ts,tsx}", "!**/*.d.ts"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
);

/** Files by their path from `web/ui`. */
export function textsByPath(texts: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(texts).map(([path, text]) => [path.replace("../../", ""), text]));
}
