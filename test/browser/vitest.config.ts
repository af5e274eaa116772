import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What is looked at in a browser: a lane of its own, with no database. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, "../.."),
    include: ["test/browser/*.browser.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
  },
});
