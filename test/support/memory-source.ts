/** Items in memory → a source that keeps the contract of every other. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { keySource } from "../../lambda/domain/decode/source-key.ts";
import type { ItemSource } from "../../lambda/ports/source.ts";

const PAGE = 50;

export function memorySource(items: readonly Item[], name = "memory:test", page = PAGE): ItemSource {
  return {
    name,
    keys: "may repeat",
    reread: {
      how: "by-position",
      get: async (keys) => {
        const names = Object.keys(keys[0] ?? {});
        const wanted = new Set(keys.map((key) => keySource(key, names)));
        return items.filter((item) => wanted.has(keySource(item, names)));
      },
    },
    inspect: async () => ({}),
    plan: async (units) => Array.from({ length: units }, (_, at) => JSON.stringify({ part: at, of: units })),
    async *read(unit, cursor, signal) {
      const { part, of }: { part: number; of: number } = JSON.parse(unit);
      const own = items.flatMap((item, at) => (at % of === part ? [{ item, position: `item ${at}` as const }] : []));
      for (let from = Number(cursor ?? 0); !signal.aborted; from += page) {
        const records = own.slice(from, from + page);
        const rest = from + page < own.length;
        yield rest ? { records, next: String(from + page) } : { records };
        if (!rest) return;
      }
    },
  };
}
