/**
 * What the schema promises beside the rows → whether it stands, by its definition and for every row; and the rows that break it,
 * counted wherever Postgres does not vouch for their absence. Of foreign keys it never does: their triggers may have been off.
 */
import type { RelationFacts } from "../../../domain/proof/evidence.ts";
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { givenByOthers, sourceOf } from "../ledger/items/holding.ts";
import { type Built, builtBy, type Named, type Note } from "../ledger/run/built.ts";
import type { Session } from "../session/connection.ts";
import { keyOfRow, quote, type TablePlace, tableSql, textsOfRow } from "../session/sql.ts";
import { addPrimaryKey, referredPlace, referredTable } from "../tables/ddl.ts";
import { sameName, sameThing } from "../tables/definitions.ts";
import { isBroken, isDuplicate, isNull, isStale, orphans, referredThere } from "../tables/promises.ts";
import { type Standing, type Standings, standingsOn } from "../tables/standing.ts";
import type { Orphans } from "./contents.ts";

const NONE = { count: 0, examples: [] };

type Facts = { -readonly [F in keyof RelationFacts]: RelationFacts[F][number][] };

export const NO_RELATIONS: RelationFacts = {
  foreignKeys: [],
  duplicates: [],
  nulls: [],
  checks: [],
  repeats: [],
  copies: [],
  indexes: [],
  missing: [],
};

/** Counts what a query of `key`, `source` and `parent` finds of a table, and names the first; the query reads that table and some others. */
export type Counting = (table: TableModel, select: string, others: readonly TablePlace[]) => Promise<Orphans>;

/** What runs have made, and how what the schema promises stands. */
export interface Promises {
  readonly made: Built;
  readonly standingsOf: (table: TableModel) => Standings;
  /** What foreign keys refer to, of which is there. */
  readonly referred: ReadonlySet<string>;
}

/** Asked once of all tables. */
export const promisesOn = async (session: Session, run: Run, tables: readonly TableModel[]): Promise<Promises> => ({
  made: await builtBy(session),
  standingsOf: await standingsOn(session, run.id, tables),
  referred: await referredThere(session, tables),
});

/** Of one table. */
export async function relationsOf(
  session: Session,
  run: Run,
  table: TableModel,
  { made: { notes }, standingsOf, referred }: Promises,
  counting: Counting,
): Promise<RelationFacts> {
  const facts: Facts = {
    ...{ foreignKeys: [], duplicates: [], nulls: [], checks: [], repeats: [], copies: [], indexes: [], missing: [] },
  };
  const standings = standingsOf(table);
  const standing = standings.of;
  const breakers: Breakers = (condition, { read = [], parent = [] } = {}) =>
    counting(table, breaking(run, table, condition, parent), read);
  await references(table, standing, facts, breakers, referred);
  await agreements(run, table, facts, breakers, referred);
  await ofEachRow(table, standing, facts, breakers);
  await others(session, table, standings, notes, facts);
  return facts;
}

export const together = (a: RelationFacts, b: RelationFacts): RelationFacts => ({
  foreignKeys: [...a.foreignKeys, ...b.foreignKeys],
  duplicates: [...a.duplicates, ...b.duplicates],
  nulls: [...a.nulls, ...b.nulls],
  checks: [...a.checks, ...b.checks],
  repeats: [...a.repeats, ...b.repeats],
  copies: [...a.copies, ...b.copies],
  indexes: [...a.indexes, ...b.indexes],
  missing: [...a.missing, ...b.missing],
});

type StandingOf = (promised: Named) => Standing;

const constraint = (name: string): Named => ({ kind: "constraint", name });

const why = ({ reason }: Standing) => (reason === undefined ? {} : { reason });

/** Rows that break a rule, which other tables may be read for. */
type Breakers = (
  condition: string,
  about?: { readonly read?: readonly TablePlace[]; readonly parent?: readonly string[] },
) => Promise<Orphans>;

async function references(
  table: TableModel,
  standing: StandingOf,
  facts: Facts,
  breakers: Breakers,
  referred: Promises["referred"],
): Promise<void> {
  for (const key of table.foreignKeys) {
    // Counted always: one that is validated has seen nothing of what was done while its triggers were off.
    const is = standing(constraint(key.name));
    const { columns, references: to, referencedColumns } = key;
    const isThere = referred.has(referredTable(key));
    const { count, examples, missing } = await breakers(orphans(key, isThere), {
      read: isThere ? [referredPlace(key)] : [],
      parent: columns,
    });
    facts.foreignKeys.push({
      ...{ table: table.name, columns, references: to, referencedColumns },
      ...{ orphans: count, missing, built: is.there, validated: is.valid, examples },
      // The rows that break it are the reason, where there are any.
      ...(count > 0 ? {} : why(is)),
    });
  }
}

/** What Postgres has no constraint for: what repeats the row it points to, and is given by as many items as were said. */
async function agreements(
  run: Run,
  table: TableModel,
  facts: Facts,
  breakers: Breakers,
  referred: Promises["referred"],
): Promise<void> {
  for (const repeat of table.repeats) {
    // What points to a table that is not there is an orphan, and differs from nothing.
    if (!referred.has(referredTable(repeat.key))) continue;
    const { count, examples } = await breakers(isStale(repeat), { read: [referredPlace(repeat.key)] });
    const { column, of, key } = repeat;
    if (count > 0) facts.repeats.push({ table: table.name, column, references: key.references, of, count, examples });
  }
  if (table.copies === undefined) return;
  const { count, examples } = await breakers(givenByOthers(run.id, table, keyOfRow(table, "t"), table.copies));
  if (count > 0) facts.copies.push({ table: table.name, expected: table.copies, count, examples });
}

async function ofEachRow(table: TableModel, standing: StandingOf, facts: Facts, breakers: Breakers): Promise<void> {
  for (const { name, columns } of table.uniques) {
    const is = standing(constraint(name));
    const { count, examples } = is.valid ? NONE : await breakers(isDuplicate(table, columns));
    facts.duplicates.push({ table: table.name, columns, count, built: is.valid, examples, ...why(is) });
  }
  for (const { name, columns } of table.indexes) {
    const is = standing({ kind: "index", name });
    facts.indexes.push({ table: table.name, columns, built: is.valid, ...why(is) });
  }
  for (const check of table.checks) {
    const is = standing(constraint(check.name));
    // One that Postgres refuses cannot be asked of the rows either.
    const { count, examples } = is.refused ? NONE : await breakers(isBroken(check));
    facts.checks.push({ table: table.name, name: check.name, count, validated: is.valid, examples, ...why(is) });
  }
  for (const { name } of table.columns.filter(({ nullable }) => !nullable)) {
    const is = standing({ kind: "not null", name });
    if (is.valid) continue;
    const { count, examples } = await breakers(isNull(name));
    facts.nulls.push({ table: table.name, column: name, count, examples, ...why(is) });
  }
}

/** What no row can break. */
async function others(
  session: Session,
  table: TableModel,
  { of: standing, present, unbuilt }: Standings,
  notes: readonly Note[],
  facts: Facts,
): Promise<void> {
  const tell = (what: string, is: Standing, more: { statement?: string } = {}) =>
    facts.missing.push({ table: table.name, what, ...why(is), ...more });
  const key = standing({ kind: "primary key", name: "" });
  if (!key.valid) tell("the primary key", key, { statement: addPrimaryKey(table) });
  for (const { name, laterDefault, defaultSql, identity } of table.columns) {
    const byDefault = standing({ kind: "default", name });
    if ((laterDefault ?? defaultSql) !== undefined && !byDefault.valid) tell(`the default of ${name}`, byDefault);
    if (identity === undefined) continue;
    const numbered = standing({ kind: "identity", name });
    if (!numbered.valid) tell(`the numbering of ${name}`, numbered);
    else if (!(await isBehindHighest(session, table, name)))
      tell(`the numbering of ${name}`, { ...numbered, reason: "its next number is not behind the highest there is" });
  }
  for (const note of notes) {
    if (note.version === null || note.tbl !== tableSql(table)) continue;
    if (present.some((each) => sameThing(each, note) && each.valid)) continue;
    const reason = unbuilt.find((each) => sameName(each, note))?.reason;
    const what = `the ${note.kind} ${note.name}, made by the schema's own migration ${note.version},`;
    tell(what, { there: false, valid: false, ...(reason === undefined ? {} : { reason }) });
  }
}

async function isBehindHighest(session: Session, table: TableModel, column: string): Promise<boolean> {
  const { rows: found } = await session.query<{ sequence: string | null }>(
    "select pg_get_serial_sequence($1, $2) as sequence",
    [tableSql(table), column],
  );
  const sequence = found[0]?.sequence;
  if (sequence == null) return false;
  const { rows } = await session.query<{ behind: boolean }>(
    `select n.next > coalesce((select max(${quote(column)}) from ${tableSql(table)}), n.next - 1) and n.next <= q.seqmax as behind
     from pg_sequence q, lateral (
       select last_value::numeric + case when is_called then q.seqincrement else 0 end as next from ${sequence}) n
     where q.seqrelid = $1::regclass`,
    [sequence],
  );
  return rows[0]?.behind === true;
}

/** Rows that break a rule, with the source keys of the items that gave them. */
function breaking(run: Run, table: TableModel, condition: string, parent: readonly string[]): string {
  const key = keyOfRow(table, "t");
  const referring = parent.length === 0 ? "null::text[]" : textsOfRow(table, parent, "t");
  return `select ${key} as key, ${sourceOf(run.id, table, key)} as source, ${referring} as parent from ${tableSql(table)} t where ${condition}`;
}
