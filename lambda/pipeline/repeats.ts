/**
 * Items that were read more than once → what the set of their copies makes of them. While a pass is copied nobody knows of
 * any but the record at hand, so the last one read holds the rows; here the copies of one item are brought side by side.
 */
import { windowIn } from "../domain/chain.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { counted } from "../domain/proof/discrepancy.ts";
import type { Mapping } from "../mapping/model.ts";
import type { Progress } from "../ports/progress.ts";
import type { Repeats } from "../ports/repeats.ts";
import type { Run } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";

export interface Deciding {
  readonly source: ItemSource;
  readonly target: { readonly repeats: Repeats };
  readonly mapping: Mapping;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** May be interrupted anywhere and repeated. False where it is to stop before it is done. */
export async function decideRepeats(task: Deciding, run: Run, isToStop: () => Promise<boolean>): Promise<boolean> {
  const { source, target, mapping, progress, signal } = task;
  // What a window says of an item comes after all copies of it; and the first one begins when these are decided.
  if (source.keys === "unique" || windowIn(run) !== undefined) return true;
  const { repeats } = target;
  const { items, units } = await repeats.find(run);
  if (items === 0) return true;
  const problem = `${counted(items, "item stands", "items stand")} there more than once`;
  const remedy = "nothing is to be done now: the source is read once more, to tell which copy counts";
  progress.tell({ kind: "warning", finding: { where: source.name, problem, remedy } });
  const decode = decoder(mapping, { source: source.name, expiredAt: run.expiredAt });
  for (const { unit, cursor } of units) {
    if (await isToStop()) return false;
    for await (const { records, next } of source.read(unit, cursor, signal)) {
      await repeats.keep(run, unit, records.map(decode), next);
      if (await isToStop()) return false;
    }
  }
  while (!(await isToStop())) if (!(await repeats.decide(run, decode))) return true;
  return false;
}
