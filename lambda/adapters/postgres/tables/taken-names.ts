/** The names of what a run will build → those that something else has already, found before anything is copied. */
import type { Finding } from "../../../domain/migration-error.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Built } from "../ledger/run/built.ts";
import type { Session } from "../session/connection.ts";
import { quote, tableSql } from "../session/sql.ts";
import { type Defined, type DefinedOf, sameName } from "./definitions.ts";
import { ownPromises, referencePromises, wantedOn } from "./promises.ts";
import { standIn } from "./standing.ts";

export async function takenNames(
  session: Session,
  mapping: Mapping,
  defined: DefinedOf,
  made: Built,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const table of mapping.tables) {
    const others = await relations(session, table);
    for (const { name, what } of others) {
      const remedy = `rename that: alter ${what} ${quote(table.schema)}.${quote(name)} rename to …`;
      const problem = `what is to be built needs the name ${name}, which is that of another ${what} in schema ${table.schema}`;
      findings.push({ where: `table ${table.name}`, problem, remedy });
    }
    findings.push(...(await onTheTable(session, table, defined(tableSql(table)), made)));
  }
  return findings;
}

/** Indexes share their names with all tables, views, sequences and indexes of a schema. */
async function relations(session: Session, table: TableModel): Promise<{ name: string; what: string }[]> {
  const names = [...table.uniques, ...table.indexes].map(({ name }) => name);
  const { rows } = await session.query<{ name: string; what: string }>(
    `select c.relname as name, case c.relkind when 'i' then 'index' when 'I' then 'index' when 'S' then 'sequence' when 'v' then 'view'
       when 'm' then 'materialized view' when 'c' then 'type' when 'f' then 'foreign table' else 'table' end as what
     from pg_class c where c.relnamespace = to_regnamespace($1) and c.relname = any($2::text[])
       and not exists (select from pg_index i where i.indexrelid = c.oid and i.indrelid = to_regclass($3)) order by 1`,
    [quote(table.schema), names, tableSql(table)],
  );
  return rows;
}

/** On the table itself a thing of the very definition is what is wanted, and one that a run has made is taken down. */
async function onTheTable(
  session: Session,
  table: TableModel,
  present: readonly Defined[],
  made: Built,
): Promise<Finding[]> {
  const promises = [...ownPromises(table), ...referencePromises(table)].filter(
    ({ kind }) => kind === "constraint" || kind === "index",
  );
  const occupied = promises.flatMap((promised) => {
    const by = present.find((each) => sameName(each, promised));
    return by === undefined || made.made(table, by) ? [] : [{ promised, by }];
  });
  if (occupied.length === 0) return [];
  const { wanted } = (await wantedOn(session, [table]))(table);
  return occupied
    .filter(({ promised }) => standIn(present, promised, wanted(promised)) === undefined)
    .map(({ promised, by }) => ({
      where: `table ${table.name}, ${promised.kind} ${promised.name}`,
      problem: `it has one of that name, which the schema defines otherwise: ${by.definition}`,
      remedy: "drop or rename it, or say the same in the schema",
    }));
}
