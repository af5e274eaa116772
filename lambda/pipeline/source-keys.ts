/** A source without a mapping → the names of its key attributes: told by the source, or guessed from what everybody calls them. */
import { MigrationError } from "../domain/migration-error.ts";
import type { ItemSource } from "../ports/source.ts";

const PARTITION = /^_?(pk|partition_?key|hash_?key)$/i;
const SORT = /^_?(sk|sort_?key|range_?key)$/i;
/** What a table with a single key calls it. */
const SINGLE = /^_?id$/i;

export async function sourceKeys(source: ItemSource, signal: AbortSignal): Promise<{ pk: string; sk?: string }> {
  const { keys } = await source.inspect();
  if (keys !== undefined) return keys;
  for (const unit of await source.plan(1)) {
    for await (const { records } of source.read(unit, undefined, signal)) {
      for (const record of records) {
        if (!("item" in record)) continue;
        const names = Object.keys(record.item);
        const [pk, sk] = [names.find((name) => PARTITION.test(name)), names.find((name) => SORT.test(name))];
        if (pk !== undefined) return sk === undefined ? { pk } : { pk, sk };
        const single = names.find((name) => SINGLE.test(name));
        if (single !== undefined) return { pk: single };
        throw unknown(source);
      }
    }
  }
  throw unknown(source);
}

const unknown = ({ name }: ItemSource): MigrationError =>
  new MigrationError("settings", `${name} does not tell its key attributes`, "name them: --keys PK,SK");
