/**
 * A finished run of ours → the same rows and the same lines of the ledger as files for COPY, and the statements that make
 * their tables as they stood while the run filled them. Taken from the catalogue: whatever shape the ledger has, this copies it.
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, type Engine } from "../measure/engine.ts";
import { LEDGER, type Relation, relationsOf } from "./relations.ts";

/** What bare COPY reads, one file after the other. */
export interface Load {
  readonly part: "rows" | "audit";
  readonly copy: string;
  readonly file: string;
}

export interface Floor {
  readonly folder: string;
  /** Of the target's own tables, and of the ledger's beside them. */
  readonly rowTables: readonly string[];
  readonly auditTables: readonly string[];
}

const FILLING = `select exists (select from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and pg_relation_size(c.oid) > 0) as filling`;

/** Waits until the run that has been started there writes its first rows: the tables and indexes that are there now are those it fills. */
export async function shapesWhileFilling(url: string): Promise<readonly Relation[]> {
  for (;;) {
    const [answer] = await ask<{ filling: boolean }>(url, FILLING);
    if (answer?.filling === true) return relationsOf(url);
    await sleep(20);
  }
}

/** Statements that make the tables of one side. */
export const tablesOf = (shapes: readonly Relation[], names: readonly string[]): string[] => [
  `create schema if not exists ${LEDGER}`,
  ...shapes.filter(({ name }) => names.includes(name)).flatMap(({ ddl, indexes }) => [ddl, ...indexes]),
];

/** Writes what a run of so many items left. Of the ledger the tables with a line for each item at least, or nearly so. */
export async function dump({ url, dataFolder }: Engine, items: number, folder: string): Promise<Floor> {
  await mkdir(folder);
  const loads: (Load & { readonly name: string })[] = [];
  for (const { schema, name, columns } of await relationsOf(url)) {
    const part = schema === "public" ? "rows" : "audit";
    const file = join(folder, String(loads.length));
    const [count] = await ask<{ lines: number }>(url, `select count(*)::int as lines from ${name}`);
    if ((count?.lines ?? 0) < (part === "rows" ? 1 : items / 2)) continue;
    // The server, who may be another user, writes where it always may.
    const written = join(dataFolder, "bench.copy");
    await ask(url, `copy ${name} (${columns}) to '${written}'`);
    await rename(written, file);
    loads.push({ part, name, copy: `copy ${name} (${columns}) from stdin`, file });
  }
  await writeFile(join(folder, "loads.json"), JSON.stringify(loads));
  const named = (of: Load["part"]) => loads.filter(({ part }) => part === of).map(({ name }) => name);
  return { folder, rowTables: named("rows"), auditTables: named("audit") };
}
