/**
 * Damage and quarantine → mended item by item, then everything built and proven anew. Only the items in question are read
 * again; whatever else has changed in the source since is for a new pass.
 */
import type { Item } from "../domain/decode/attribute.ts";
import { versionsByItem } from "../domain/decode/copies.ts";
import type { Decode, Decoded } from "../domain/decode/decode.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { parseItem } from "../domain/decode/dynamodb-json.ts";
import { parseJson } from "../domain/decode/json-names.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { addRepairs, NOTHING_REPAIRED, type Report } from "../domain/proof/report.ts";
import { rereadOf } from "../ports/exports.ts";
import type { DamagedItem, Repairs } from "../ports/repairs.ts";
import type { Run } from "../ports/runs.ts";
import type { Reread } from "../ports/source.ts";
import { type Concluding, conclude, incomplete, isToStop, stopwatch } from "./conclude.ts";

export interface Repair extends Concluding {
  readonly repairs: Repairs;
  readonly run: Run;
  /** Write over rows that were changed here since. */
  readonly force: boolean;
}

export async function repair(task: Repair): Promise<Report> {
  const { source, target, repairs, mapping, progress } = task;
  const reread = rereadOf(source, task.run);
  if (reread.how === "none") {
    const problem = `${source.name} cannot be read again item by item`;
    throw new MigrationError("source-unusable", problem, "run migrate again: a new pass reads all of it");
  }
  const clock = stopwatch(task.now);
  const { run, left } = await repairs.begin(task.run, task.force);
  progress.tell({ kind: "phase", phase: "repair", run: run.id, pass: run.pass });
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  let counts = { ...NOTHING_REPAIRED, left };
  for (let items = await repairs.next(run); items.length > 0; items = await repairs.next(run)) {
    if (await isToStop(task, run)) return { ...(await incomplete(task, run, clock)), repaired: counts };
    counts = addRepairs(counts, await repairs.mend(run, items, await readAgain(reread, items, decode)));
  }
  const built = await target.runs.enter(run, "build");
  return conclude(task, built, clock, { repaired: counts });
}

/** The versions of some items that the source holds now, by item. An item without a key of its own cannot be asked for. */
async function readAgain(
  reread: Reread,
  items: readonly DamagedItem[],
  decode: Decode,
): Promise<Map<string, readonly Decoded[]>> {
  const asked = items.flatMap(({ item, source }) => {
    const key = keyOf(source);
    return key !== undefined && decode({ item: key }).item === item ? [{ item, key }] : [];
  });
  const found = reread.how === "none" ? [] : await reread.get(asked.map(({ key }) => key));
  const now = versionsByItem(found.map((item) => decode({ item })));
  return new Map(asked.map(({ item }) => [item, now.get(item) ?? []]));
}

/** A key as the ledger has it; undefined for the position of a record without one. */
function keyOf(source: string): Item | undefined {
  try {
    const parsed = parseItem(parseJson(source));
    return "item" in parsed ? parsed.item : undefined;
  } catch {
    return undefined;
  }
}
