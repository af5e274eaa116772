/** One item → what is the matter with its rows that no decision lets go: it has to be mended, in the source, the mapping or the tables. */
import type { Finding } from "../../../domain/migration-error.ts";
import {
  BROKEN_CHECK,
  MISSING_COPY,
  MISSING_PARENT,
  MISSING_PART,
  SHARED_VALUE,
  STALE_REPEAT,
  unread,
} from "../../../domain/proof/discrepancy.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { contributions, givenBy, givenByOthers } from "../ledger/items/holding.ts";
import { isGone } from "../ledger/passes/gone.ts";
import type { Session } from "../session/connection.ts";
import { facetFingerprint, keyEquals, keyOfRow, quote, tableSql } from "../session/sql.ts";
import { referredTable } from "../tables/ddl.ts";
import { isBroken, isNull, isStale, orphans, referredThere } from "../tables/promises.ts";

interface Question {
  /** On `t`, the row, and `a`, the line of the item that gives it. */
  readonly condition: string;
  readonly problem: string;
  readonly remedy: string;
}

export async function itemFaults(session: Session, run: Run, mapping: Mapping, item: string): Promise<Finding[]> {
  const given = await givenBy(session, run, item);
  const tables = mapping.tables.filter(({ index }) => given.tables.has(index));
  const findings: Finding[] = [];
  for (const table of tables) findings.push(...(await faultsIn(session, run, table, item)));
  return [...findings, ...(await staleRows(session, run, item)), ...unmapped(run, mapping, given.entities)];
}

async function faultsIn(session: Session, run: Run, table: TableModel, item: string): Promise<Finding[]> {
  const questions = await questionsOf(session, run, table);
  const counts = questions.map(({ condition }, at) => `min(a.key) filter (where ${condition}) as q${at}`);
  const { rows } = await session.query<Record<string, string[] | null>>(
    `select ${counts.join(", ")} from ${contributions(run.id, table)}
     left join ${tableSql(table)} t on ${keyEquals(table, "t", "a.key")} where a.item = $1`,
    [item],
  );
  return questions.flatMap(({ problem, remedy }, at) => {
    const key = rows[0]?.[`q${at}`];
    return key == null ? [] : [{ where: `table ${table.name}`, problem, remedy, keys: [`(${key.join(", ")})`] }];
  });
}

async function questionsOf(session: Session, run: Run, table: TableModel): Promise<Question[]> {
  const [first] = table.primaryKey;
  const there = `t.${quote(first?.name ?? "")} is not null`;
  const questions: Question[] = table.facets.map((facet) => ({
    condition: `${there} and a.holds and a.facet = ${facet.index} and ${facetFingerprint(facet, "t")} <> a.row_fp`,
    problem: "its row was changed here since it was written",
    remedy: "run repair --force to write over the change, or find out who made it",
  }));
  questions.push({
    condition: `not (${there}) and a.holds`,
    problem: "its row is gone",
    remedy: "run repair: it writes the row again",
  });
  const referred = await referredThere(session, [table]);
  for (const key of table.foreignKeys) {
    questions.push({
      condition: `${there} and ${orphans(key, referred.has(referredTable(key)))}`,
      problem: `its row points to a row of ${key.references} that is not there (${key.columns.join(", ")})`,
      remedy: MISSING_PARENT,
    });
  }
  for (const repeat of table.repeats) {
    const { column, of, key } = repeat;
    if (!referred.has(referredTable(key))) continue;
    questions.push({
      condition: `${there} and ${isStale(repeat)}`,
      problem: `its row differs from ${of} of the row of ${key.references} that it points to (${column})`,
      remedy: STALE_REPEAT,
    });
  }
  if (table.copies !== undefined)
    questions.push({
      condition: `${there} and ${givenByOthers(run.id, table, keyOfRow(table, "t"), table.copies)}`,
      problem: `its row is given by fewer or more than ${table.copies} items`,
      remedy: MISSING_COPY,
    });
  const differ = table.primaryKey.map(({ name }) => `o.${quote(name)} <> t.${quote(name)}`).join(" or ");
  for (const { columns } of table.uniques) {
    const same = columns.map((name) => `o.${quote(name)} = t.${quote(name)}`).join(" and ");
    questions.push({
      condition: `${there} and exists (select from ${tableSql(table)} o where ${same} and (${differ}))`,
      problem: `its row shares a value that must be unique with another row (${columns.join(", ")})`,
      remedy: SHARED_VALUE,
    });
  }
  for (const check of table.checks)
    questions.push({
      condition: `${there} and (${isBroken(check)})`,
      problem: `its row breaks the check ${check.name}`,
      remedy: BROKEN_CHECK,
    });
  for (const { name } of table.columns.filter(({ nullable }) => !nullable))
    questions.push({
      condition: `${there} and ${isNull(name)}`,
      problem: `its row is NULL where the mapping promises a value (${name})`,
      remedy: MISSING_PART,
    });
  return questions;
}

/** Rows of an item that is gone. Of one in quarantine they go with its acceptance. */
async function staleRows(session: Session, run: Run, item: string): Promise<Finding[]> {
  if (!(await isGone(session, run, item))) return [];
  const problem = "the source no longer gives it, and it left rows behind";
  return [{ where: "the item", problem, remedy: "run migrate --prune to remove them" }];
}

/** Attributes no column takes are counted by kind of item: which of them this one has, its rows do not tell. */
function unmapped(run: Run, mapping: Mapping, entities: ReadonlySet<number>): Finding[] {
  const names = new Set(mapping.entities.filter(({ index }) => entities.has(index)).map(({ name }) => name));
  return (run.report?.unmapped ?? [])
    .filter(({ entity }) => names.has(entity))
    .map(({ entity, attribute }) => ({
      where: `${entity}.${attribute}`,
      problem: "items of this kind have it and no column takes it; that is let go in the mapping",
      remedy: unread(entity, attribute),
    }));
}
