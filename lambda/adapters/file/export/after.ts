/** Keys → items as they are after some exports: found in the newest one that mentions them. Files have no index, so some are read at a time. */

import type { Export } from "../../../domain/chain.ts";
import type { Item } from "../../../domain/decode/attribute.ts";
import type { ChangeRecord } from "../../../ports/changes.ts";
import type { Reread } from "../../../ports/source.ts";
import { wantedKeys } from "../lines/reread.ts";
import { changesWanted, linesWanted } from "../lines/wanted-lines.ts";
import { several } from "./several.ts";
import type { UnitReading } from "./unit.ts";

const FILES_AT_ONCE = 4;

interface Files {
  plan(of: Export): Promise<readonly string[]>;
  readonly reading: UnitReading;
}

export const after = (applied: readonly Export[], files: Files): Reread => ({
  how: "by-position",
  get: async (keys) => {
    const found: Item[] = [];
    let left = keys;
    for (const of of applied.toReversed()) {
      if (left.length === 0) break;
      const known =
        of.from === undefined ? await itemsOf(of, left, files, found) : await changesOf(of, left, files, found);
      const name = wantedKeys(left);
      left = left.filter((key) => !known.has(name(key)));
    }
    return found;
  },
});

type Known = ReadonlySet<string | undefined>;

/** All of it is read: a key may stand there more than once. */
async function itemsOf(of: Export, keys: readonly Item[], { plan, reading }: Files, found: Item[]): Promise<Known> {
  const [nameOf, isWanted, known] = [wantedKeys(keys), linesWanted(keys), new Set<string>()];
  await several(await plan(of), FILES_AT_ONCE, async (unit) => {
    for await (const { records } of reading.items(unit, isWanted)) {
      for (const record of records) {
        const name = "item" in record ? nameOf(record.item) : undefined;
        if (name === undefined || !("item" in record)) continue;
        known.add(name);
        found.push(record.item);
      }
    }
  });
  return known;
}

/** Until all are found: a key stands there once. One that was removed is found, and is no item. */
async function changesOf(of: Export, keys: readonly Item[], { plan, reading }: Files, found: Item[]): Promise<Known> {
  const [nameOf, isWanted, known] = [wantedKeys(keys), changesWanted(keys), new Set<string>()];
  const take = (record: ChangeRecord): void => {
    const name = "key" in record ? nameOf(record.key) : undefined;
    if (name === undefined || !("key" in record)) return;
    known.add(name);
    if (record.after !== undefined) found.push(record.after);
  };
  await several(await plan(of), FILES_AT_ONCE, async (unit) => {
    if (known.size === keys.length) return;
    for await (const { records } of reading.changes(unit, isWanted)) {
      for (const record of records) take(record);
      if (known.size === keys.length) return;
    }
  });
  return known;
}
