// How the dashboard is built: into web/static, which the daemon serves and git ignores.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { en } from "./src/i18n/en";
import { ko } from "./src/i18n/ko";

const OUTPUT = "../static";
const CATALOGUE = "virtual:catalogue/";
const CATALOGUES: Readonly<Record<string, Readonly<Record<string, string>>>> = { en, ko };
const DAEMON = process.env.MONCTL_URL ?? "http://127.0.0.1:8000";
const CHARTS = /\/src\/ui\/chart\/|\/node_modules\/uplot\//;
const COMPRESSED = /\.(js|json|css|html|svg|webmanifest)$/;

/** `virtual:catalogue/en` is the address of the English texts: data, which no browser has to compile. */
export function catalogues(): Plugin {
  let isBuild = false;
  return {
    name: "catalogues",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    resolveId(id) {
      return id.startsWith(CATALOGUE) ? `\0${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith(`\0${CATALOGUE}`)) return undefined;
      const language = id.slice(CATALOGUE.length + 1);
      const source = JSON.stringify(CATALOGUES[language]);
      if (!isBuild) return `export default ${JSON.stringify(`data:,${encodeURIComponent(source)}`)}`;
      const file = this.emitFile({ type: "asset", name: `${language}.json`, source });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
  };
}

/** Writes a .gz and a .br beside every text file, so that the daemon compresses nothing. */
function compressed(): Plugin {
  let output = OUTPUT;
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      output = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(output, { recursive: true, encoding: "utf8" })) {
        if (!COMPRESSED.test(name)) continue;
        const path = join(output, name);
        const body = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(body));
      }
    },
  };
}

export default defineConfig({
  plugins: [catalogues(), compressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // a few files instead of thirty small ones, each of which would cost a page's first visit a round trip
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "chart", test: CHARTS, priority: 1 },
            { name: "shared", test: (id) => !CHARTS.test(id), minShareCount: 2, priority: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/docs", "/openapi.json", "/healthz", "/readyz"].map((path) => [path, DAEMON]),
    ),
  },
});
