import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { memoryFolder } from "./test/support/memory-folder.ts";

// What has run once starts in half the time: the tests' own processes, and the commands they start.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, "node_modules/.cache/compiled");

// What begins so ends so: the engines the tests start, and their own files, are gone when they have ended.
const inMemory = memoryFolder();
if (inMemory !== undefined) process.env.TMPDIR ??= inMemory;

/** Ends what hangs, and nothing else: no test is to fail because the machine does other things, too. */
const LONGEST = process.env.TEST_CRASH_ROUNDS === undefined ? 300_000 : 1_200_000;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    // Every file works on databases of its own. Two more work while two wait: for locks, for time to pass, for processes to end.
    pool: "forks",
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Loading the modules anew for each file is a tenth of the processor time of all tests.
    isolate: false,
    testTimeout: LONGEST,
    hookTimeout: LONGEST,
    expect: { poll: { timeout: 120_000 } },
    env: { AWS_ACCESS_KEY_ID: "embedded", AWS_SECRET_ACCESS_KEY: "embedded", AWS_REGION: "local" },
  },
});
