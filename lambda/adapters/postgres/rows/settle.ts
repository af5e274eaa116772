/**
 * Contested rows → the row the policy means. Among all contributions to a facet of a row the highest rank holds it, ties
 * going to the smallest source hash: a function of the set of items, whatever order they were read in (I5).
 */

import { MigrationError } from "../../../domain/migration-error.ts";
import { sqlType } from "../../../mapping/kinds.ts";
import type { Mapping } from "../../../mapping/model.ts";
import { analyzeLines, joinKnown } from "../ledger/items/holding.ts";
import { contestedParts, contests, parking, unpark } from "../ledger/items/parked.ts";
import { type Session, transaction } from "../session/connection.ts";
import { refusedRow } from "../session/errors.ts";
import { facetFingerprint, keyEquals, ownColumns, quote, quoteAll, tableSql } from "../session/sql.ts";
import { type Facet, writeNoting } from "./rows.ts";
import { noting } from "./ungiven.ts";
import { isLeftBeside, isUnheld, isVacant, outside, type RowPlace, rowPlace, ungivenIn } from "./untouched.ts";

/**
 * Settles every table; with `force` also where a row of this run was changed here since. May be repeated: where the right
 * contribution holds a row already, nothing is written.
 */
export async function settle(session: Session, run: number, mapping: Mapping, force = false): Promise<void> {
  await analyzeLines(session);
  const waiting = await contestedParts(session, run);
  for (const table of mapping.tables) {
    for (const facet of table.facets.filter(({ index }) =>
      waiting.some((each) => each.tbl === table.index && each.facet === index),
    ))
      await accepting(table.name, () => transaction(session, () => settleFacet(session, run, { table, facet }, force)));
  }
}

/** A check or a trigger of a table that was there before may not like the values that are to hold a row. */
async function accepting(table: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = refusedRow(error);
    if (code === undefined) throw error;
    const problem = `Postgres refused a row of ${table} that settling gives to another item (SQLSTATE ${code})`;
    const remedy =
      "look at the table's checks and triggers; take down what the data breaks, and run the same command again";
    throw new MigrationError("target-unusable", problem, remedy, { cause: error });
  }
}

async function settleFacet(session: Session, run: number, at: Facet, force: boolean): Promise<void> {
  const { table, facet } = at;
  const contested = await session.query(`create temp table contest on commit drop as ${contests(run, table, facet)}`);
  if (contested.rowCount === 0) {
    await session.query("drop table contest");
    return;
  }
  await session.query("create temp table taken (key text[]) on commit drop");
  // From here on the rows are what they are found to be, and their columns those that are asked for.
  await session.query(
    `select from ${tableSql(table)} t join contest c on ${keyEquals(table, "t", "c.key")} order by c.key for update of t`,
  );
  const place = { ...(await rowPlace(session, run, [table])), force };
  await replaceHolders(session, place, at);
  await fillVacancies(session, place, at);
  await unpark(session, run, table, facet, "select key, c.id from contest c join taken using (key)");
  await session.query("drop table contest, taken");
}

interface Settling extends RowPlace {
  /** Whatever others have put beside what is written: it stays theirs. */
  readonly force: boolean;
}

const inputs = ({ facet }: Facet): string[] =>
  facet.columns.map(({ type }, at) => `c.vals[${at + 1}]::${sqlType(type)}`);

/** The holder steps down into the parked and the winner's values take its place, unless the row was changed here since. */
async function replaceHolders(session: Session, place: Settling, at: Facet): Promise<void> {
  const { table, facet } = at;
  const values = facet.columns.map(({ name }) => `t.${quote(name)}::text`).join(", ");
  const holders = `select c.key, c.holder, array[${values}] from contest c join ${tableSql(table)} t on ${keyEquals(table, "t", "c.key")}
    ${joinKnown(place.run, table, "c.key")}
    where c.holder is not null and ${facetFingerprint(facet, "t")} = c.holder_fp and ${place.force ? "true" : isLeftBeside(place, table, facet)}`;
  await session.query(
    `with stepped as (${parking(place.run, table, facet, holders)}) insert into taken select key from stepped`,
  );
  await writeWinners(session, place, at, "c.holder is not null and c.key in (select key from taken)");
}

/** Rows whose holder is gone. A row that is there without a holder is somebody else's, and stays. */
async function fillVacancies(session: Session, place: Settling, at: Facet): Promise<void> {
  const { table, facet } = at;
  const merged = table.duplicates === "merge";
  const columns = merged ? table.primaryKey : facet.columns;
  const values = merged ? table.primaryKey.map(({ type }, key) => `c.key[${key + 1}]::${sqlType(type)}`) : inputs(at);
  const insert = `insert into ${tableSql(table)} as t (${quoteAll(columns.map(({ name }) => name))})
    select ${values.join(", ")} from contest c where c.holder is null
    on conflict (${quoteAll(table.primaryKey.map(({ name }) => name))}) do nothing`;
  await session.query(
    noting(place.run, table, ungivenIn(place, table), insert, "insert into taken select key from written"),
  );
  if (!merged) return;
  // Another part of the row is held by an item of this run, and the row is as that left it: only this facet is vacant.
  await session.query(
    `insert into taken select c.key from contest c join ${tableSql(table)} t on ${keyEquals(table, "t", "c.key")}
     ${joinKnown(place.run, table, "c.key")}
     where c.holder is null and c.key not in (select key from taken) and ${place.force ? isUnheld(facet) : isVacant(place, table, facet)}`,
  );
  await writeWinners(session, place, at, "c.holder is null and c.key in (select key from taken)");
}

async function writeWinners(session: Session, place: Settling, at: Facet, which: string): Promise<void> {
  const { table, facet } = at;
  const own = ownColumns(table, facet);
  if (own.length === 0) return;
  const value = (name: string) => inputs(at)[facet.columns.findIndex((column) => column.name === name)];
  const update = `update ${tableSql(table)} t set ${own.map(({ name }) => `${quote(name)} = ${value(name)}`).join(", ")}
    from contest c where ${keyEquals(table, "t", "c.key")} and ${which}`;
  await writeNoting(session, place, table, place.force ? [] : outside(place, table), update);
}
