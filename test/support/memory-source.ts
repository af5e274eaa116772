/** Items in memory → a source that keeps the contract of every other. */
import type { Item } from "../../lambda/domain/attribute.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";

const PAGE = 50;

export function memorySource(items: readonly Item[], name = "memory:test", page = PAGE): ItemSource {
  return {
    name,
    consistency: "point-in-time",
    reread: {
      how: "by-position",
      get: async (keys) => {
        const wanted = keys.map((key) =>
          Object.entries(key).map(([attribute, value]) => [attribute, JSON.stringify(value)] as const),
        );
        return items.filter((item) =>
          wanted.some((key) => key.every(([attribute, value]) => JSON.stringify(item[attribute]) === value)),
        );
      },
    },
    inspect: async () => ({}),
    plan: async (units) => Array.from({ length: units }, (_, at) => JSON.stringify({ part: at, of: units })),
    async *read(unit, cursor, signal) {
      const { part, of }: { part: number; of: number } = JSON.parse(unit);
      const own = items.filter((_, at) => at % of === part);
      for (let from = Number(cursor ?? 0); !signal.aborted; from += page) {
        const records = own.slice(from, from + page).map((item) => ({ item }));
        const rest = from + page < own.length;
        yield rest ? { records, next: String(from + page) } : { records };
        if (!rest) return;
      }
    },
  };
}
