/** What was found in the exports of a pass: what their changes were, and what was not as it should be. */
import type { AppliedExport } from "../chain.ts";
import type { Example, Group } from "./evidence.ts";

/** What the changes of a window were. */
export interface ChangeCounts {
  /** Items that are something new, or else than before. */
  readonly put: number;
  readonly removed: number;
  /** Removals of items that nobody knew: made and removed within the window's time, or before the first export. */
  readonly unknown: number;
  /** Changes whose old image is not what was read before; some of their items. */
  readonly differing: Group;
}

/** A file that was not what its manifest says. */
export interface FaultyFile {
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
  /** Items that it gave: all of them are in doubt. */
  readonly items: number;
  readonly examples: readonly Example[];
}

export interface ExportFacts extends AppliedExport {
  readonly changes?: ChangeCounts;
  readonly faults: readonly FaultyFile[];
  /** It holds records, and no file of it was read. */
  readonly isUnread: boolean;
  /** Of a window: items of which it holds more than one change. */
  readonly repeated: Group;
}

export const NO_ITEMS: Group = { count: 0, examples: [] };
export const UNCHANGED: ChangeCounts = { put: 0, removed: 0, unknown: 0, differing: NO_ITEMS };

/** A report names this many. */
const EXAMPLES = 10;

export const addChanges = (a: ChangeCounts, b: ChangeCounts): ChangeCounts => ({
  put: a.put + b.put,
  removed: a.removed + b.removed,
  unknown: a.unknown + b.unknown,
  differing: {
    count: a.differing.count + b.differing.count,
    examples: [...a.differing.examples, ...b.differing.examples].slice(0, EXAMPLES),
  },
});
