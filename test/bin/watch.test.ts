/** `status --watch`: a run is looked at until it has ended, and what it was last is what is told. */
import { afterEach, expect, it, vi } from "vitest";
import { watched } from "../../bin/terminal/watch.ts";
import type { Status } from "../../lambda/adapters/report/status-text.ts";

const status = (phase: string, read: number): Status => ({
  is: { run: 1, pass: 1, phase, source: "file:x", units: 4, done: 1, pages: 2, read, stopping: false },
  share: 0.25,
  left: {},
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

it("looks again until the run has ended, tells each phase without a terminal's codes, and gives the last", async () => {
  let told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += String(text);
    return true;
  });
  const looks = [status("build", 20), status("ended", 30)];
  const last = await watched(status("copy", 10), async () => looks.shift() ?? expect.fail("it had ended"));
  expect(last.is).toMatchObject({ phase: "ended", read: 30 });
  expect(looks).toEqual([]);
  expect(told.split("\n").filter((line) => /^[a-z]/.test(line))).toEqual(["copy", "build"]);
  expect(told).not.toContain("\x1b");
});

it("a line that moves says whether it is in time, too", async () => {
  let told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += String(text);
    return true;
  });
  const { isTTY, columns, cursorTo, clearLine, moveCursor } = process.stderr;
  const moved = (): boolean => true;
  Object.assign(process.stderr, { isTTY: true, columns: 200, cursorTo: moved, clearLine: moved, moveCursor: moved });
  vi.stubEnv("CI", "").stubEnv("NO_COLOR", "");
  try {
    const late = { ...status("copy", 10), left: { minutesToEnd: 90, fits: false } };
    await watched(late, async () => status("ended", 30), 60);
  } finally {
    Object.assign(process.stderr, { isTTY, columns, cursorTo, clearLine, moveCursor });
  }
  expect(told).toContain("NOT within the window of 60 minutes");
});

it("does not look at one that has ended", async () => {
  const ended = status("ended", 10);
  expect(await watched(ended, () => expect.fail("there is nothing to wait for"))).toBe(ended);
});

it("ends with a look that fails", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(watched(status("copy", 10), () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
});
