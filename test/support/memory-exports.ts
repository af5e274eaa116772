/** Exports in memory → a source that is read export by export, for tests of what a run makes of them. */
import { type Export, sourceOfExports } from "../../lambda/domain/chain.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { keySource } from "../../lambda/domain/decode/source-key.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Change } from "../../lambda/ports/changes.ts";
import type { ExportSource } from "../../lambda/ports/exports.ts";
import type { UnitFault } from "../../lambda/ports/source.ts";

/** What one export holds. */
export interface MemoryExport extends Export {
  readonly items?: readonly Item[];
  readonly changes?: readonly Omit<Change, "position">[];
  /** Told with the last page of its first unit. */
  readonly fault?: UnitFault;
}

export const TABLE = { arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/things", id: "4f7c" } as const;

const PAGE = 7;

/** Each export is so many units. */
export function memoryExports(exports: readonly MemoryExport[], units = 3, keys = ["PK", "SK"]): ExportSource {
  const found = (id: string) =>
    must(
      exports.find((each) => each.id === id),
      `export ${id} is there`,
    );
  const parts = <T>(all: readonly T[], at: number): readonly T[] => all.filter((_, each) => each % units === at);
  const named = (item: Item): string | undefined => keySource(item, keys);
  async function* pages<T>(
    of: string,
    cursor: string | undefined,
    signal: AbortSignal,
    all: (each: MemoryExport) => readonly T[],
  ) {
    const [id = "", part = ""] = of.split(" ");
    const each = found(id);
    const records = parts(all(each), Number(part));
    for (let from = Number(cursor ?? 0); !signal.aborted; from += PAGE) {
      const some = records.slice(from, from + PAGE);
      if (from + PAGE < records.length) yield { records: some, next: String(from + PAGE) };
      else {
        yield { records: some, ...(each.fault !== undefined && part === "0" ? { fault: each.fault } : {}) };
        return;
      }
    }
  }
  const newest = () =>
    must(
      exports.findLast(({ from }) => from === undefined),
      "there is a full export",
    );
  const after: ExportSource["exports"]["after"] = (applied) => ({
    how: "by-position",
    get: async (wanted) => {
      const names = wanted.map(named);
      const state = new Map<string | undefined, Item | undefined>();
      for (const { id } of applied) {
        const { items = [], changes = [] } = found(id);
        for (const item of items) state.set(named(item), item);
        for (const change of changes) state.set(named(change.key), change.after);
      }
      return names.map((name) => state.get(name)).filter((item) => item !== undefined);
    },
  });
  return {
    name: sourceOfExports({ table: TABLE }),
    keys: "may repeat",
    reread: after([newest()]),
    inspect: async () => ({ size: { items: newest().records, isExact: true } }),
    plan: async () => plan(newest()),
    read: (unit, cursor, signal) =>
      pages(unit, cursor, signal, ({ id, items = [] }) =>
        items.map((item, at) => ({ item, position: `${id} ${at}` as const })),
      ),
    exports: {
      list: async () => exports,
      plan: async (of) => plan(of),
      changes: (unit, cursor, signal) =>
        pages(unit, cursor, signal, ({ id, changes = [] }) =>
          changes.map((change, at): Change => ({ ...change, position: `${id} ${at}` })),
        ),
      after,
    },
  };

  function plan({ id }: Export): string[] {
    return Array.from({ length: units }, (_, part) => `${id} ${part}`);
  }
}
