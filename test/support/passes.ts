/** Items that come, go and change, pass after pass → tables that end as those of a run from nothing do (I5). */
import { expect } from "vitest";
import { Random } from "../../bin/rehearse/random.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { createDatabase } from "./database.ts";
import { memorySource } from "./memory-source.ts";
import { dump, migrateTrial } from "./migration.ts";
import { IS_THOROUGH, SEED } from "./thoroughness.ts";

/** A number from 0 on, below another. */
export type Draw = (below: number) => number;

export interface Passes extends Pick<Parameters<typeof migrateTrial>[0], "url" | "schema"> {
  /** The tables that are compared. */
  readonly tables: readonly string[];
  readonly items: number;
  /** What stands in a place for some passes. */
  make(place: number, draw: Draw): Item;
}

/** After each pass the tables, the verdict and what is wrong are those of a run that reads the same items once. */
export async function passesEndAsOne({ url, schema, tables, items, make }: Passes): Promise<void> {
  const random = new Random(SEED);
  const draw: Draw = (below) => random.between(0, below - 1);
  const places: (Item | undefined)[] = Array.from({ length: items }, (_, place) => make(place, draw));
  for (let pass = 0; pass < (IS_THOROUGH ? 12 : 4); pass += 1) {
    const list = places.filter((each) => each !== undefined);
    const shuffled = [...list].sort(() => draw(3) - 1);
    const options = { prune: true, units: 1 + draw(5), concurrency: 1 + draw(4) };
    const source = memorySource(shuffled, "memory:test", 10 + draw(20));
    const report = await migrateTrial({ url, schema, source, options });
    await using fresh = await createDatabase();
    const anew = await migrateTrial({ url: fresh.url, schema, items: list });
    expect(await dump(url, tables)).toEqual(await dump(fresh.url, tables));
    expect(report.verdict).toBe(anew.verdict);
    expect(report.discrepancies.map(({ problem }) => problem)).toEqual(
      anew.discrepancies.map(({ problem }) => problem),
    );
    for (const place of places.keys()) if (draw(3) === 0) places[place] = draw(2) > 0 ? make(place, draw) : undefined;
  }
}
