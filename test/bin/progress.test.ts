/** How far a run is: on a line that moves and fits its terminal, or in plain lines where none can move. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { fitted } from "../../bin/terminal/line.ts";
import { terminalProgress } from "../../bin/terminal/progress.ts";
import { linesIn } from "../../lambda/adapters/file/plain/line-count.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { runStatus } from "../../lambda/verbs/status.ts";
import { createDatabase } from "../support/database.ts";
import { HAS_TERMINALS, onTerminal } from "../support/terminal.ts";

const ITEMS = 400;
let folder: string;
let text: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "progress-"));
  const lines = [...sampleItems({ items: ITEMS, seed: 3, now: new Date() })];
  text = lines.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join("");
  await writeFile(join(folder, "items.jsonl"), text);
});
afterAll(() => rm(folder, { recursive: true }));

const copied = (read: number, done = 0) => ({
  ...{ kind: "copied" as const, run: 1, pass: 1, spent: { units: 1, retries: 5, throttled: 3 } },
  progress: { stopping: false, units: 4, done, pages: 1, read, migrated: read, quarantined: 0 },
});

it("a line leaves out what matters least until it fits, and is never wider than its terminal", () => {
  const parts = [
    { text: "43 %", weight: 3 },
    { text: "of 20,000 items", weight: 1 },
    { text: "1,234/s", weight: 2 },
  ];
  expect(fitted("copying", parts, 80)).toBe("copying: 43 % · of 20,000 items · 1,234/s");
  // To the column.
  expect([fitted("copying", parts, 41), fitted("copying", parts, 40)].map((line) => line.length)).toEqual([41, 23]);
  expect(fitted("copying", parts, 30)).toBe("copying: 43 % · 1,234/s");
  expect(fitted("copying", parts, 15)).toBe("copying: 43 %");
  expect(fitted("copying", parts, 5)).toBe("copy…");
  fc.assert(fc.property(fc.nat(200), (width) => fitted("copying", parts, width).length <= Math.max(1, width)));
});

describe("without a terminal", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("what a window of changes takes away is no speed, and no time is left of it", () => {
    vi.useFakeTimers();
    const told: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => told.push(String(line)) > 0);
    const progress = terminalProgress();
    progress.tell({ kind: "sized", size: { items: 100, isExact: true } });
    progress.tell({ kind: "phase", phase: "copy", run: 1, pass: 1 });
    progress.tell(copied(90));
    vi.advanceTimersByTime(9_000);
    progress.tell(copied(80, 1));
    vi.advanceTimersByTime(1_000);
    progress.done();
    expect(told.slice(1, 2)).toEqual([
      "copying: 80 % · 80 of 100 items · 1 of 4 units · throttled 3 times · 2 retries · 10 s\n",
    ]);
  });

  it("a plain line every ten seconds says how much, how fast, how long, and what had to be asked again", () => {
    vi.useFakeTimers();
    const told: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => told.push(String(line)) > 0);
    const progress = terminalProgress();
    progress.tell({ kind: "sized", size: { items: 20_000, isExact: false } });
    progress.tell({ kind: "phase", phase: "copy", run: 1, pass: 1 });
    progress.tell(copied(0));
    vi.advanceTimersByTime(9_000);
    expect(told).toEqual(["copying\n"]);
    progress.tell(copied(4_500, 1));
    vi.advanceTimersByTime(1_000);
    expect(told.slice(1)).toEqual([
      "copying: about 22 % · 4,500 of about 20,000 items · 500/s · about 31 s left · 1 of 4 units · throttled 3 times · 2 retries · 10 s\n",
    ]);
    progress.tell({ kind: "phase", phase: "build", run: 1, pass: 1 });
    progress.tell({ kind: "tables", doing: "foreign keys", done: 3, of: 10 });
    vi.advanceTimersByTime(10_000);
    progress.done();
    vi.advanceTimersByTime(60_000);
    const building = "settling rows, building constraints and indexes";
    expect(told.slice(2)).toEqual([
      "✔ copying: 4,500 items · 10 s\n",
      `${building}\n`,
      `${building}: foreign keys, 3 of 10 tables · 10 s\n`,
      `✔ ${building}: 10 s\n`,
    ]);
  });

  it("a source that was larger than it said is never told as done before it is", () => {
    vi.useFakeTimers();
    const told: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => told.push(String(line)) > 0);
    const progress = terminalProgress();
    progress.tell({ kind: "sized", size: { items: 10, isExact: true } });
    progress.tell(copied(25));
    vi.advanceTimersByTime(10_000);
    progress.leave();
    expect(told[1]).toContain("copying: 99 % · 25 of 10 items");
    expect(told.at(-1)).toMatch(/^✖ copying/);
  });
});

describe.runIf(HAS_TERMINALS)("on a terminal", () => {
  it.each([24, 80])("of %d columns no line is wider, and each phase says how far it is", async (columns) => {
    await using database = await createDatabase();
    const words = ["migrate", "--source", `file:${join(folder, "items.jsonl")}`, "--target", database.url];
    await using terminal = onTerminal(words, {}, columns);
    expect(await terminal.ended(), terminal.screen()).toBe(0);
    const moving = terminal.lines().filter((line) => /^[⠀-⣿✔] /.test(line.trim()));
    expect(moving.filter((line) => line.trimEnd().length > columns)).toEqual([]);
    expect(terminal.screen()).toMatch(/✔ copying/);
    expect(terminal.screen()).toMatch(/✔ verifying/);
    expect((await runStatus(database.url)).is).toMatchObject({ read: ITEMS, expected: ITEMS, isExact: true });
  });

  it.each(["CI", "NO_COLOR"])("that says %s nothing moves, and nothing is coloured", async (name) => {
    const words = ["check", "--source", `file:${join(folder, "items.jsonl")}`];
    await using terminal = onTerminal(words, { [name]: "1" });
    expect(await terminal.ended(), terminal.screen()).toBe(0);
    expect(terminal.raw()).not.toContain("\u001b");
    expect(terminal.raw()).toMatch(/^reading\r?\n✔ reading: /m);
  });
});

it("a file tells about how many lines it has, and exactly so where its beginning is all of it", async () => {
  const of = async (content: string | Uint8Array, isZipped = false) => {
    const file = join(folder, "counted");
    await writeFile(file, content);
    return await linesIn(file, Buffer.byteLength(content), isZipped);
  };
  expect(await of("a\n\nb\nc")).toEqual({ items: 3, isExact: true });
  expect(await of("")).toEqual({ items: 0, isExact: true });
  const many = text.repeat(Math.ceil(3_000_000 / text.length));
  const lines = many.split("\n").length - 1;
  for (const told of [await of(many), await of(gzipSync(many), true)]) {
    expect(told.isExact).toBe(false);
    expect(Math.abs(told.items - lines) / lines).toBeLessThan(0.2);
  }
  expect(await of("no gzip at all", true)).toMatchObject({ isExact: false });
});
