/**
 * A schema's own migrations → the same, which note what they make on the mapping's tables and would be met by rows that come in
 * any order: it is taken down for the next copy and built again. Noted in the transaction of the migration itself, so that nobody
 * else's doing is taken for it, and nothing is noted that did not happen.
 */
import { CompiledQuery, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type pg from "pg";
import type { TableModel } from "../../../mapping/model.ts";
import { forgetMigrated, noteBuilt } from "../ledger/run/built.ts";
import type { Asking } from "../session/catalogue.ts";
import type { Versions } from "../session/migrator.ts";
import { tableSql } from "../session/sql.ts";
import { type Defined, definedOn, sameName, statementsFor } from "./definitions.ts";

export function observed(versions: Versions, run: number, tables: readonly TableModel[]): Versions {
  const watch = (name: string, step: Migration["up"]) => (db: Kysely<unknown>) =>
    observing(overKysely(db), { run, name, tables: tables.map(tableSql) }, () => step(db));
  return Object.fromEntries(
    Object.entries(versions).map(([name, { up, down }]) => [
      name,
      down === undefined ? { up: watch(name, up) } : { up: watch(name, up), down: watch(name, down) },
    ]),
  );
}

interface Version {
  readonly run: number;
  readonly name: string;
  readonly tables: readonly string[];
}

async function observing(db: Asking, { run, name: version, tables }: Version, step: () => Promise<void>) {
  const before = await definedOn(db, tables);
  await step();
  // What it has set for its own statements is not meant for what follows.
  await db.query("set local statement_timeout = 0");
  const after = await definedOn(db, tables);
  for (const tbl of tables) {
    const [were, are] = [before(tbl), after(tbl)];
    // A later version has taken it away, or its own `down`: it is not built again.
    for (const gone of were.filter((each) => !are.some((other) => isSame(each, other))))
      await forgetMigrated(db, tbl, gone);
    for (const thing of are.filter((each) => isMet(each) && !were.some((other) => isSame(each, other)))) {
      const { kind, name, definition } = thing;
      if (kind === "primary key") continue;
      const earlier = were.find((each) => sameName(each, thing))?.definition;
      await noteBuilt(db, { tbl, kind, name, run, definition, version, ...statementsFor(tbl, thing, earlier) });
    }
  }
}

const isSame = (a: Defined, b: Defined): boolean =>
  sameName(a, b) && a.definition === b.definition && a.valid === b.valid;

/** An index that is not unique refuses no row. Numbers go on where they are: an item that gives its own is not touched by them. */
const isMet = ({ kind, definition, valid }: Defined): boolean =>
  kind === "constraint" ||
  kind === "not null" ||
  kind === "default" ||
  (kind === "index" && definition.startsWith("UNIQUE ")) ||
  (kind === "trigger" && valid);

/** A migration's own connection and transaction, to be asked as any other. */
function overKysely(db: Kysely<unknown>): Asking {
  return {
    query: async <R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      const query: CompiledQuery<R> = CompiledQuery.raw(text, [...values]);
      return await db.executeQuery(query);
    },
  };
}
