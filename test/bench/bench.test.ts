/** The bench at a small size, so that it cannot rot; and that what it measures with notices what it is there to notice. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import { IS_THOROUGH } from "../support/thoroughness.ts";
import { dump, shapesWhileFilling, tablesOf } from "./inputs/floor.ts";
import { contentsOf, rowsIn } from "./inputs/relations.ts";
import type { Cost, Seconds } from "./measure/cost.ts";
import { medianCost, scaledUp } from "./measure/cost.ts";
import { ask, type Engine, startEngine } from "./measure/engine.ts";
import { stagesIn } from "./measure/marks.ts";
import { spend } from "./measure/spend.ts";
import { writtenFrom } from "./measure/written.ts";
import { CONTESTANTS, ratiosOf } from "./ratios.ts";
import type { Results } from "./results.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bench-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

const bench = (...options: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "bench.ts"), ...options], { encoding: "utf8" });

/** Those that take a third of the time of all, and what is asked of them besides, wait for more time. */
const LEFT_OUT = IS_THOROUGH ? [] : ["gunzipJqCopy", "entities40"];
const SOME = CONTESTANTS.filter((name) => !LEFT_OUT.includes(name));

it("runs every contestant to its end, and ends with the ratios", async () => {
  const json = join(folder, "results.json");
  const only = IS_THOROUGH ? [] : ["--only", SOME.join(",")];
  const { status, stdout, stderr } = bench("--items", "60", "--rounds", "1", "--json", json, ...only);
  expect(stderr).not.toContain("Error");
  expect(status).toBe(0);
  const results: Results = JSON.parse(await readFile(json, "utf8"));
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual(results.ratios);
  const skipped = results.skipped
    .map((reason) => reason.split(":")[0])
    .filter((name) => !LEFT_OUT.includes(name ?? ""));
  expect([...Object.keys(results.contestants), ...skipped].toSorted()).toEqual(SOME.toSorted());
  for (const { entities40to4, ...ratios } of [results.ratios, results.processorRatios]) {
    expect(Object.values(ratios)).not.toContain(null);
    expect(entities40to4 !== null).toBe(IS_THOROUGH);
  }
  expect(results.secondPassWrote).toMatchObject({ rows: 0, bytes: 0, heapPages: 0 });
});

it("refuses what it does not know", () => {
  expect(bench("--items", "many").stderr).toContain('--items is a whole number from 1 on, not "many"');
  expect(bench("--only", "script,sript").stderr).toContain("sript is no contestant");
});

it("counts the processor seconds of a command and of nobody else, stage by stage, and tells why one fails", async () => {
  const mark = (part: string) => `process.stdout.write(JSON.stringify({ part: "${part}", at: Date.now() }) + "\\n");`;
  const until = (micros: number) => `while (process.cpuUsage().user < ${micros}) for (let at = 0; at < 1e6; at += 1);`;
  const rest = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);";
  const text = `${mark("ready")}${until(500_000)}${mark("busy")}${rest}${mark("idle")}`;
  const spent = await spend([process.execPath, "-e", text]);
  const { busy, idle } = stagesIn(spent);
  expect(spent.client).toBeGreaterThan(0.4);
  expect(busy?.client).toBeGreaterThan(must(idle, "it said so").client);
  expect(spent.peak).toBeGreaterThan(20);
  expect((await spend(["sleep", "0.3"])).client).toBeLessThan(0.1);
  await expect(spend([process.execPath, "-e", "throw new Error('out of ideas')"])).rejects.toThrow("out of ideas");
});

describe("a cluster of one's own", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  it("shows what a pass has written, and that one that reads has written nothing", async () => {
    await ask(engine.url, "create table letters (id int primary key, letter text not null)");
    await ask(engine.url, "insert into letters select n, 'a' from generate_series(1, 1000) n");
    const written = await writtenFrom(engine);
    await ask(engine.url, "select count(*) from letters");
    expect(await written()).toMatchObject({ rows: 0, bytes: 0, heapPages: 0, indexPages: 0 });
    await ask(engine.url, "update letters set letter = 'b' where id = 1");
    const { rows, heapPages } = await written();
    expect(rows).toBe(1);
    expect(heapPages).toBeGreaterThan(0);
    await ask(engine.url, "reindex table letters");
    expect((await written()).indexPages).toBeGreaterThan(0);
  });

  it("gives the tables as they were when they were filled, and of the ledger those that grow with the items", async () => {
    await ask(engine.url, "create schema migration_ledger");
    await ask(
      engine.url,
      "create table migration_ledger.lines (item bigint not null, note text) with (fillfactor = 70)",
    );
    await ask(engine.url, "create table migration_ledger.runs (id int primary key)");
    await ask(engine.url, "insert into migration_ledger.lines select n, null from generate_series(1, 1000) n");
    await ask(engine.url, "insert into migration_ledger.runs values (1)");
    const shapes = await shapesWhileFilling(engine.url);
    await ask(engine.url, "create index letters_by_letter on letters (letter)");
    const floor = await dump(engine, 1_000, join(folder, "floor"));
    expect(floor).toMatchObject({ rowTables: ["public.letters"], auditTables: ["migration_ledger.lines"] });
    const statements = tablesOf(shapes, [...floor.rowTables, ...floor.auditTables]);
    expect(statements.join("\n")).toMatch(/item bigint not null, note text\) with \(fillfactor=70\)/);
    expect(statements.filter((each) => each.includes("INDEX"))).toEqual([
      "CREATE UNIQUE INDEX letters_pkey ON public.letters USING btree (id)",
    ]);
    expect(await readFile(join(floor.folder, "0"), "utf8")).toContain("1000\ta\n");
  });
});

it("tells which table holds something else than ours, and does not ask for digits in JSON", async () => {
  await using engine = await startEngine();
  await ask(engine.url, "create table a (id int, j jsonb)");
  await ask(engine.url, "create table b (id int)");
  await ask(engine.url, "insert into a values (1, '1'), (2, '2')");
  const ours = await contentsOf(engine.url);
  await ask(engine.url, "update a set j = '3'");
  expect(rowsIn(await contentsOf(engine.url), ours)).toBe(2);
  await ask(engine.url, "update a set id = 3 where id = 2");
  await ask(engine.url, "insert into b values (1)");
  const theirs = await contentsOf(engine.url);
  expect(() => rowsIn(theirs, ours)).toThrow("in public.a, public.b");
});

describe("what follows from the figures", () => {
  const seconds = (wall: number): Seconds => ({ wall, client: wall / 2, postgres: wall });
  const cost = (wall: number, peak: number, stages: Record<string, number> = {}): Cost => ({
    ...{ ...seconds(wall), peak, items: 10, rows: 20 },
    stages: Object.fromEntries(Object.entries(stages).map(([name, each]) => [name, seconds(each)])),
  });

  it("is the median of each figure by itself", () => {
    const all = medianCost([cost(3, 10, { copy: 1 }), cost(1, 30, { copy: 2 }), cost(2, 20, { copy: 9 })]);
    expect(all).toMatchObject({ wall: 2, postgres: 2, peak: 20, stages: { copy: { wall: 2, client: 1 } } });
    expect(scaledUp(cost(3, 10), 10)).toMatchObject({
      wall: 30,
      client: 15,
      peak: 10,
      items: 100,
      rows: 200,
      scaled: 10,
    });
  });

  it("is a speed where higher is faster, and a share where lower is less", () => {
    const costs = {
      bareCopy: cost(5, 50, { rows: 1, audit: 3 }),
      rawRead: cost(7, 50, { read: 6 }),
      script: cost(9, 100),
      fromLines: cost(20, 300, { copy: 8, build: 2, verify: 6 }),
      secondPass: cost(9, 310, { copy: 3, build: 1, verify: 4 }),
      fromScan: cost(20, 320, { copy: 12 }),
      fromExport: cost(20, 310, { copy: 10 }),
      fromExportHttp: cost(20, 330, { copy: 6.4 }),
      tenth: cost(2, 250),
      entities4: cost(4, 200, { copy: 2 }),
      entities40: cost(8, 200, { copy: 4 }),
    };
    expect(ratiosOf(costs, [330.4], "clock")).toEqual({
      ...{
        copyToBareCopy: 0.5,
        wholeToScript: 0.45,
        scanToSlower: 0.5,
        exportToLines: 0.8,
        exportHttpToLines: 1.25,
        secondToFirst: 0.5,
        peakRssMb: 330,
      },
      ...{ memoryGrowth: 1.2, proofShare: 0.375, entities40to4: 0.5 },
    });
    expect(ratiosOf({ bareCopy: costs.bareCopy }, [], "processor")).toMatchObject({
      copyToBareCopy: null,
      peakRssMb: null,
    });
  });
});
