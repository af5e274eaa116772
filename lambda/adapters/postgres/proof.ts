/** The target's side of the proof: what the ledger expects, what the tables hold, what their relations say. */
import type { ContentFacts, ForeignKeyFacts, RelationFacts, TableContent } from "../../domain/evidence.ts";
import { readSum, writeSum } from "../../domain/fingerprint.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import type { TargetProof } from "../../ports/proof.ts";
import type { Run } from "../../ports/runs.ts";
import { builtBy } from "./built.ts";
import { keySql } from "./canonical.ts";
import type { Session } from "./connection.ts";
import { constraintState, hasIndex, isBroken, isDuplicate, isNull, isOrphan, isThere, refers } from "./constraints.ts";
import { group, tableContent } from "./contents.ts";
import { holdingSums, ledgerFacts } from "./ledger-facts.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER, quote, tableSql } from "./sql.ts";

export function targetProof(sessions: Sessions, mapping: Mapping): TargetProof {
  return {
    ledger: (run) => sessions.use((session) => ledgerFacts(session, run, mapping)),
    contents: (run, signal) => sessions.use((session) => contents(session, run, mapping, signal)),
    relations: (run) => sessions.use((session) => relations(session, run, mapping)),
  };
}

/**
 * Table by table, each kept as soon as it is computed, and all of it forgotten when it is whole. What was kept counts for half
 * an hour, and only while nobody has written to the table: laps of one proof follow each other, and a proof is never an old one.
 */
async function contents(
  session: Session,
  run: Run,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<ContentFacts | undefined> {
  const made = await builtBy(session);
  const holding = await holdingSums(session, run);
  const { rows: kept } = await session.query<{ tbl: number; content: string; writes: string }>(
    `select tbl, content, writes from ${LEDGER}.lap where run = $1 and pass = $2 and at > now() - interval '30 minutes'`,
    [run.id, run.pass],
  );
  const tables: TableContent[] = [];
  for (const table of mapping.tables) {
    const writes = await writesTo(session, table);
    const done = kept.find((lap) => lap.tbl === table.index && lap.writes === writes);
    if (done === undefined && signal.aborted) return undefined;
    const content =
      done === undefined
        ? await tableContent(session, run.id, table, made.created(table), holding)
        : readContent(done.content);
    tables.push(content);
    if (done !== undefined) continue;
    await session.query(
      `insert into ${LEDGER}.lap (run, pass, tbl, content, writes) values ($1, $2, $3, $4, $5)
       on conflict (run, pass, tbl) do update set content = excluded.content, writes = excluded.writes, at = now()`,
      [run.id, run.pass, table.index, writeContent(content), writes],
    );
  }
  await session.query(`delete from ${LEDGER}.lap where run = $1`, [run.id]);
  return { tables };
}

/** Rows ever written to a table, as Postgres counts them. */
async function writesTo(session: Session, table: TableModel): Promise<string> {
  const { rows } = await session.query<{ writes: string | null }>(
    "select n_tup_ins + n_tup_upd + n_tup_del as writes from pg_stat_all_tables where relid = to_regclass($1)",
    [tableSql(table)],
  );
  return rows[0]?.writes ?? "0";
}

const writeContent = (content: TableContent): string =>
  JSON.stringify({
    ...content,
    facets: Object.fromEntries(Object.entries(content.facets).map(([facet, sum]) => [facet, writeSum(sum)])),
  });

function readContent(text: string): TableContent {
  const stored: Omit<TableContent, "facets"> & { facets: Record<string, string> } = JSON.parse(text);
  const facets = Object.entries(stored.facets).map(([facet, sum]) => [facet, readSum(sum)] as const);
  return { ...stored, facets: Object.fromEntries(facets) };
}

/** Rows that break a rule, with the source keys of the items that gave them. */
const breakers = (session: Session, run: Run, table: TableModel, condition: string) => {
  const key = `array[${table.primaryKey.map(({ name, type }) => keySql(type, `t.${quote(name)}`)).join(", ")}]`;
  return group(
    session,
    table,
    `select ${key} as key, (select min(a.source) from ${LEDGER}.audit a where a.run = ${run.id} and a.tbl = ${table.index} and a.key = ${key}) as source
     from ${tableSql(table)} t where ${condition}`,
  );
};

const NONE = { count: 0, examples: [] };

async function relations(session: Session, run: Run, mapping: Mapping): Promise<RelationFacts> {
  const foreignKeys: ForeignKeyFacts[] = [];
  const duplicates: RelationFacts["duplicates"][number][] = [];
  const nulls: RelationFacts["nulls"][number][] = [];
  const checks: RelationFacts["checks"][number][] = [];
  const indexes: RelationFacts["indexes"][number][] = [];
  for (const table of mapping.tables) {
    for (const key of table.foreignKeys) {
      // A validated foreign key vouches for every row; anything less is counted.
      const validated = (await constraintState(session, table, key.name)) === "validated";
      const orphan = (await isThere(session, key)) ? isOrphan(key) : refers(key);
      const { count: orphans, examples } = validated ? NONE : await breakers(session, run, table, orphan);
      foreignKeys.push({
        table: table.name,
        columns: key.columns,
        references: key.references,
        orphans,
        validated,
        examples,
      });
    }
    for (const { name, columns } of table.uniques) {
      const built = (await constraintState(session, table, name)) === "validated";
      const { count, examples } = built ? NONE : await breakers(session, run, table, isDuplicate(table, columns));
      duplicates.push({ table: table.name, columns, count, built, examples });
    }
    for (const { name, columns } of table.indexes)
      indexes.push({ table: table.name, columns, built: await hasIndex(session, table, name) });
    for (const check of table.checks) {
      const { count, examples } = await breakers(session, run, table, isBroken(check));
      const validated = (await constraintState(session, table, check.name)) === "validated";
      checks.push({ table: table.name, name: check.name, count, validated, examples });
    }
    for (const column of table.columns.filter(({ nullable }) => !nullable)) {
      const { count, examples } = await breakers(session, run, table, isNull(column.name));
      if (count > 0) nulls.push({ table: table.name, column: column.name, count, examples });
    }
  }
  return { foreignKeys, duplicates, nulls, checks, indexes };
}
