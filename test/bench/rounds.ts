/** The rounds of a bench: every contestant once in each, in one order; then the medians and what follows from them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { must } from "../../lambda/domain/must.ts";
import { fromExport, fromExportHttp } from "./contestants/exports.ts";
import { bareCopy, type Ground, gunzipJqCopy, rowAtATime, script } from "./contestants/others.ts";
import { fromFile, fromTenth, monsterPeaks, twice } from "./contestants/ours.ts";
import { scans } from "./contestants/scans.ts";
import { type KindsOfItems, writeKinds } from "./inputs/entities.ts";
import type { Floor } from "./inputs/floor.ts";
import { type Inputs, writeInputs } from "./inputs/sample.ts";
import { type Cost, medianCost, processorSeconds } from "./measure/cost.ts";
import { ask, startEngine } from "./measure/engine.ts";
import type { Written } from "./measure/written.ts";
import { CONTESTANTS, type Contestant, type Costs, ratiosOf } from "./ratios.ts";
import { machineOf, type Results } from "./results.ts";

export interface Settings {
  readonly items: number;
  readonly rounds: number;
  /** Empty: all. */
  readonly only: readonly string[];
}

const note = (text: string): void => void process.stderr.write(`${text}\n`);
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

interface Prepared {
  readonly folder: string;
  readonly inputs: Inputs;
  readonly kinds: readonly (readonly [Contestant, KindsOfItems])[];
  wanted(name: Contestant): boolean;
}

/** One round: every contestant once, in one order. What the others are measured with comes from our own first ones. */
async function round({ folder, inputs, kinds, wanted }: Prepared, known: Floor | undefined) {
  const costs: Partial<Record<Contestant, Cost>> = {};
  const took = (name: Contestant, cost: Cost): void => {
    costs[name] = cost;
    note(`  ${name}: ${cost.wall.toFixed(1)} s, of processors ${processorSeconds(cost).toFixed(1)} s`);
  };
  const { cost, shapes, contents: tenth } = await fromTenth(inputs);
  took("tenth", cost);
  const { first, second, written, floor, contents: whole } = await twice(inputs, join(folder, "floor"), known);
  took("fromLines", first);
  took("secondPass", second);
  const ground: Ground = { inputs, shapes, floor, whole, tenth };
  if (wanted("bareCopy")) took("bareCopy", await bareCopy(ground));
  if (wanted("script")) took("script", await script(ground));
  if (wanted("fromGzip")) took("fromGzip", await fromFile(inputs.gzip));
  if (wanted("fromScan") || wanted("rawRead")) {
    const { rawRead, fromScan } = await scans(inputs);
    took("rawRead", rawRead);
    took("fromScan", fromScan);
  }
  if (wanted("fromExport")) took("fromExport", await fromExport(inputs, whole));
  if (wanted("fromExportHttp")) took("fromExportHttp", await fromExportHttp(inputs, whole));
  if (wanted("rowAtATime")) took("rowAtATime", await rowAtATime(ground));
  if (wanted("gunzipJqCopy")) took("gunzipJqCopy", await gunzipJqCopy(ground));
  for (const [name, { file, schema }] of kinds) took(name, await fromFile(file, schema));
  return { costs, written, floor };
}

function medians(rounds: readonly Costs[]): Costs {
  const ran = CONTESTANTS.flatMap((name) => {
    const [one, ...more] = rounds.flatMap((each) => each[name] ?? []);
    return one === undefined ? [] : [[name, medianCost([one, ...more])] as const];
  });
  return Object.fromEntries(ran);
}

export async function bench(folder: string, { items, rounds, only }: Settings): Promise<Results> {
  const missing = ["gunzip", "jq", "psql"].filter((program) => !isThere(program));
  const wanted = (name: Contestant): boolean =>
    (only.length === 0 || only.includes(name)) && (name !== "gunzipJqCopy" || missing.length === 0);
  note(`preparing ${items} items`);
  const kinds: [Contestant, KindsOfItems][] = [];
  for (const number of [4, 40] as const) {
    const name = `entities${number}` as const;
    if (wanted(name)) kinds.push([name, await writeKinds(folder, number, items)]);
  }
  const prepared = { folder, inputs: await writeInputs(folder, items), kinds, wanted };
  const costs: Costs[] = [];
  let last: { readonly written: Written; readonly floor: Floor } | undefined;
  for (let number = 1; number <= rounds; number += 1) {
    note(`round ${number} of ${rounds}`);
    const { costs: taken, ...rest } = await round(prepared, last?.floor);
    costs.push(taken);
    last = rest;
  }
  const monster = only.length === 0 ? await monsterPeaks(folder, items) : {};
  const contestants = medians(costs);
  return {
    machine: await machine(),
    date: new Date().toISOString(),
    ...{ items, rounds, contestants, monster },
    secondPassWrote: must(last, "there is a round").written,
    skipped: missing.length === 0 ? [] : [`gunzipJqCopy: ${missing.join(", ")} not found`],
    ratios: ratiosOf(contestants, Object.values(monster), "clock"),
    processorRatios: ratiosOf(contestants, Object.values(monster), "processor"),
  };
}

async function machine(): Promise<string> {
  await using engine = await startEngine();
  const [server] = await ask<{ server_version: string }>(engine.url, "show server_version");
  return machineOf(`PostgreSQL ${server?.server_version}`);
}
