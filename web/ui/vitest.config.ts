// The tests of the pure parts run without a browser.

import { defineConfig } from "vitest/config";
import { catalogues } from "./vite.config";

export default defineConfig({
  plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", css: true },
});
