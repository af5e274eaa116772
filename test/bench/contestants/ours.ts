/** What is measured of ours: each time a cluster of its own, but where a pass follows another. */
import { join } from "node:path";
import { dump, type Floor, shapesWhileFilling } from "../inputs/floor.ts";
import { MONSTER_SCHEMA, MOST_ELEMENTS, monster } from "../inputs/monster.ts";
import { type Contents, contentsOf, type Relation } from "../inputs/relations.ts";
import type { Inputs } from "../inputs/sample.ts";
import type { Cost } from "../measure/cost.ts";
import { startEngine } from "../measure/engine.ts";
import { type Written, writtenFrom } from "../measure/written.ts";
import { migrate } from "./migrate.ts";

const ofFile = (path: string): string => `file:${path}`;

/** A file into a fresh cluster. */
export async function fromFile(path: string, schema?: string): Promise<Cost> {
  await using engine = await startEngine();
  return await migrate(engine, ofFile(path), schema);
}

export interface Tenth {
  readonly cost: Cost;
  readonly shapes: readonly Relation[];
  readonly contents: Contents;
}

/** Fewer items, and a look at the tables and indexes while they are filled. */
export async function fromTenth({ tenth }: Inputs): Promise<Tenth> {
  await using engine = await startEngine();
  const [shapes, cost] = await Promise.all([shapesWhileFilling(engine.url), migrate(engine, ofFile(tenth))]);
  return { cost, shapes, contents: await contentsOf(engine.url) };
}

export interface Twice {
  readonly first: Cost;
  readonly second: Cost;
  /** By the second pass. */
  readonly written: Written;
  readonly floor: Floor;
  readonly contents: Contents;
}

/** The same file twice into one cluster: the second pass finds nothing to do. What the first wrote is left in the folder. */
export async function twice({ lines }: Inputs, folder: string, known: Floor | undefined): Promise<Twice> {
  await using engine = await startEngine();
  const first = await migrate(engine, ofFile(lines));
  const floor = known ?? (await dump(engine, first.items, folder));
  const written = await writtenFrom(engine);
  const second = await migrate(engine, ofFile(lines));
  return { first, second, written: await written(), floor, contents: await contentsOf(engine.url) };
}

/** The most memory each version of the largest item took, in megabytes. */
export async function monsterPeaks(folder: string, items: number): Promise<Record<string, number>> {
  await using engine = await startEngine();
  const file = join(folder, "monster.jsonl");
  const peaks: Record<string, number> = {};
  for await (const version of monster(file, Math.min(MOST_ELEMENTS, items))) {
    peaks[version] = (await migrate(engine, ofFile(file), MONSTER_SCHEMA)).peak ?? Number.NaN;
  }
  return peaks;
}
