/**
 * A seed → what happened to a table: puts, updates and deletes, and what a full export and the windows after it hold of them.
 * A window has one record a key, its state at the end and the one right before the window; what came and went in it has none.
 */
import type { Random } from "../../../bin/rehearse/random.ts";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { keySource } from "../../../lambda/domain/decode/source-key.ts";
import { must } from "../../../lambda/domain/must.ts";
import type { ExportBucket } from "./bucket.ts";
import { type WrittenExport, writeFullExport, writeIncrementalExport } from "./export.ts";
import { type Images, keyOf, type Timestamps, type WindowChange } from "./lines.ts";

export interface HistoryOptions {
  readonly random: Random;
  /** Names of the key attributes. */
  readonly keys: readonly string[];
  /** An item at one of the table's places, from 0 on: its key is the same at every call for a place, all else may differ. */
  readonly make: (place: number, random: Random) => Item;
  readonly places: number;
  readonly windows: number;
  /** How many in each window, and before the full export. */
  readonly writes: number;
  /**
   * How likely a window begins before the end of what was exported before it. Where it may, the full export is of a moment
   * within a second, as AWS makes one of the present: windows are of whole seconds, and the first one overlaps with it.
   */
  readonly overlap?: number;
}

export interface HistoryWindow {
  readonly from: Date;
  readonly to: Date;
  readonly changes: readonly WindowChange[];
  /** The whole table when the window ended. */
  readonly items: readonly Item[];
  /**
   * What is gone by then, stands in the exports so far, and is in none of them as gone: it came in what two of them overlap
   * in, and went before the later one ended, which has no record of it. Without an overlap there is none.
   */
  readonly untold: readonly Item[];
}

export interface History {
  readonly full: { readonly at: Date; readonly items: readonly Item[] };
  /** One after the other, without a gap. */
  readonly windows: readonly HistoryWindow[];
}

interface Write {
  readonly micros: number;
  readonly place: number;
  /** Absent of a delete. */
  readonly item?: Item;
}

const SECOND = 1_000;
const START = Date.UTC(2026, 0, 14, 10, 18, 50);

export function randomHistory(options: HistoryOptions): History {
  const { random, windows, overlap = 0 } = options;
  const at = new Date(START + (overlap > 0 ? random.between(1, SECOND - 1) : 0));
  const spans: { readonly from: Date; readonly to: Date }[] = [];
  for (let [number, end] = [0, START]; number < windows; number += 1) {
    const from = end - (random.chance(overlap) ? random.between(1, 7_200) * SECOND : 0);
    end += random.between(900, 79_200) * SECOND;
    spans.push({ from: new Date(from), to: new Date(end) });
  }
  const writes = writesOf(options, [START - 86_400 * SECOND, at.getTime(), ...spans.map(({ to }) => to.getTime())]);
  const stateAt = (date: Date): Map<number, Item> =>
    stateOf(writes.filter(({ micros }) => micros < date.getTime() * 1_000));
  const items = [...stateAt(at).values()];
  const told = new Map(stateAt(at));
  return {
    full: { at, items },
    windows: spans.map(({ from, to }): HistoryWindow => {
      const after = stateAt(to);
      const changes = changesOf(writes, { from, before: stateAt(from), to, after });
      for (const { place, now } of changes) {
        if (now === undefined) told.delete(place);
        else told.set(place, now);
      }
      const untold = [...told].flatMap(([place, item]) => (after.has(place) ? [] : [item]));
      return {
        from,
        to,
        changes: changes.map((change) => windowChange(change, options.keys)),
        items: [...after.values()],
        untold,
      };
    }),
  };
}

/** In the order of time. Some fall on a boundary, which belongs to what follows it. */
function writesOf({ random, keys, make, places, writes }: HistoryOptions, boundaries: readonly number[]): Write[] {
  const times = boundaries.slice(1).flatMap((end, at) => {
    const start = must(boundaries[at], "a span has a start");
    return Array.from({ length: writes }, () =>
      random.chance(0.05) ? start * 1_000 : random.between(start * 1_000, end * 1_000 - 1),
    );
  });
  const state = new Map<number, Item>();
  const named = new Map<number, string | undefined>();
  return times
    .toSorted((a, b) => a - b)
    .map((micros): Write => {
      const place = random.between(0, places - 1);
      const made = make(place, random);
      const name = keySource(made, keys);
      if (named.has(place) && named.get(place) !== name) throw new Error(`place ${place} has more than one key`);
      named.set(place, name);
      const now = state.get(place);
      const item =
        now === undefined ? made : random.pick([() => made, () => updated(now, made, random), () => undefined])();
      if (item === undefined) state.delete(place);
      else state.set(place, item);
      return item === undefined ? { micros, place } : { micros, place, item };
    });
}

/** Some attributes as they are in another item of the same key. */
function updated(item: Item, other: Item, random: Random): Item {
  const names = Object.keys(other);
  const taken = random.some(names, random.between(1, names.length));
  return { ...item, ...Object.fromEntries(taken.map((name) => [name, must(other[name], "it has the name")])) };
}

function stateOf(writes: readonly Write[]): Map<number, Item> {
  const state = new Map<number, Item>();
  for (const { place, item } of writes) {
    state.delete(place);
    if (item !== undefined) state.set(place, item);
  }
  return state;
}

interface Span {
  readonly from: Date;
  readonly before: ReadonlyMap<number, Item>;
  readonly to: Date;
  readonly after: ReadonlyMap<number, Item>;
}

interface PlaceChange {
  readonly place: number;
  readonly micros: number;
  readonly old: Item | undefined;
  readonly now: Item | undefined;
}

function changesOf(writes: readonly Write[], { from, before, to, after }: Span): PlaceChange[] {
  const within = writes.filter(({ micros }) => micros >= from.getTime() * 1_000 && micros < to.getTime() * 1_000);
  // The last one of each place stays.
  const last = new Map(within.map(({ place, micros }) => [place, micros]));
  return [...last]
    .map(([place, micros]) => ({ place, micros, old: before.get(place), now: after.get(place) }))
    .filter(({ old, now }) => old !== undefined || now !== undefined);
}

const windowChange = ({ micros, old, now }: PlaceChange, keys: readonly string[]): WindowChange => ({
  key: keyOf(must(now ?? old, "what was not and is not has no record"), keys),
  ...(old === undefined ? {} : { before: old }),
  ...(now === undefined ? {} : { after: now }),
  micros,
});

/** How the exports of a history are written. */
export interface Written {
  readonly images?: Images;
  readonly timestamps?: Timestamps;
  readonly files?: number;
}

/** All of a history's exports, the full one first. */
export async function writeHistory(
  bucket: ExportBucket,
  { full, windows }: History,
  how: Written = {},
): Promise<readonly WrittenExport[]> {
  const { files } = how;
  const written = [await writeFullExport(bucket, { ...full, ...(files === undefined ? {} : { files }) })];
  for (const window of windows) written.push(await writeIncrementalExport(bucket, { ...window, ...how }));
  return written;
}
