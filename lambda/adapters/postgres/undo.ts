/** A run in the ledger → taken back: rows in tables of others batch by batch, its own tables and its lines in one transaction. */
import { counted } from "../../domain/discrepancy.ts";
import { type Finding, MigrationError } from "../../domain/migration-error.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import type { Run } from "../../ports/runs.ts";
import type { Undo, Undone } from "../../ports/undo.ts";
import * as audit from "./audit.ts";
import { builtBy } from "./built.ts";
import { writeChanges } from "./changes.ts";
import { type Session, transaction } from "./connection.ts";
import { buildConstraints, dropBuilt, dropConstraints } from "./constraints.ts";
import { tableContent } from "./contents.ts";
import { refuseDependents } from "./dependents.ts";
import { hasDependents } from "./errors.ts";
import { holdingSums } from "./ledger-facts.ts";
import { refuseWhileUsed, withRun } from "./locks.ts";
import { isSealed, sealed, updateRun } from "./runs.ts";
import { revertVersions, type SchemaMigrations } from "./schema-migrations.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER, quote, tableSql } from "./sql.ts";

/** Items taken back in one transaction. */
const BATCH = 1_000;
/** Where the run has lines; its entry in `run` goes last. */
const LINES = ["audit", "parked", "seen", "quarantine", "unit", "created_table", "accepted", "damage", "built", "lap"];

export function undoer(url: string, sessions: Sessions, mapping: Mapping, migrations: SchemaMigrations): Undo {
  return {
    losses: (run) => sessions.use((session) => losses(session, run, mapping)),
    undo: (run) =>
      sessions.use((session) =>
        withRun(session, run.id, async () => {
          await refuseWhileUsed(session, run.id);
          if (await isSealed(session, run.id)) throw sealed(run.id);
          const made = await builtBy(session);
          const own = mapping.tables.filter((table) => made.created(table, run.id));
          const others = await present(
            session,
            mapping.tables.filter((table) => !made.created(table, run.id)),
          );
          await refuseDependents(session, others, own);
          // From here on no page of this run can be committed any more, whoever still holds one.
          await updateRun(session, run.id, "phase = 'rollback'");
          await dropConstraints(session, { tables: [...own, ...others] });
          await dropBuilt(session, run.id, others);
          const removed = await removeRows(session, run, mapping, others);
          await revertVersions(url, { run: run.id, when: "after", versions: migrations.after });
          await dropAll(session, run, own);
          // Tables of other runs are what they were, but for the rows of this one.
          await buildConstraints(session, run.id, {
            ...mapping,
            tables: others.filter((table) => made.created(table)),
          });
          await revertVersions(url, { run: run.id, when: "before", versions: migrations.before });
          return { dropped: own.map(spelled), removed } satisfies Undone;
        }),
      ),
    dropLedger: () => sessions.use((session) => transaction(session, () => dropLedger(session))),
  };
}

async function dropLedger(session: Session): Promise<number> {
  const { rows: there } = await session.query<{ ledger: string | null }>(
    `select to_regclass('${LEDGER}.run')::text as ledger`,
  );
  if (there[0]?.ledger === null) return 0;
  const { rows } = await session.query<{ id: number; sealed: boolean }>(
    `select id, to_jsonb(r) ->> 'sealed_at' is not null as sealed from ${LEDGER}.run r for update`,
  );
  const open = rows.filter(({ sealed }) => !sealed).map(({ id }) => id);
  if (open.length > 0) {
    const problem = `${open.length === 1 ? "run" : "runs"} ${open.join(", ")} not sealed: without the ledger nothing could be proven or taken back`;
    throw new MigrationError("not-sealed", problem, "seal them first");
  }
  for (const { id } of rows) await refuseWhileUsed(session, id);
  await session.query(`drop schema ${LEDGER} cascade`);
  return rows.length;
}

const spelled = ({ schema, name }: TableModel): string => (schema === "public" ? name : `${schema}.${name}`);

/** Tables of the mapping that are there. */
async function present(session: Session, tables: readonly TableModel[]): Promise<TableModel[]> {
  const { rows } = await session.query<{ there: boolean[] }>(
    "select array(select to_regclass(name) is not null from unnest($1::text[]) with ordinality t(name, n) order by n) as there",
    [tables.map(tableSql)],
  );
  return tables.filter((_, at) => rows[0]?.there[at] === true);
}

async function losses(session: Session, run: Run, mapping: Mapping): Promise<Finding[]> {
  const built = await builtBy(session);
  const made = { has: (table: TableModel) => built.created(table, run.id) };
  const holding = await holdingSums(session, run);
  const findings: Finding[] = [];
  for (const table of await present(session, mapping.tables)) {
    const { foreignRows, differences } = await tableContent(session, run.id, table, made.has(table), holding);
    const { different, unexpected } = differences;
    const keys = [...different.examples, ...(made.has(table) ? unexpected.examples : [])].map(
      ({ key }) => `(${key?.join(", ")})`,
    );
    const where = `table ${table.name}${keys.length === 0 ? "" : `, rows ${keys.slice(0, 5).join(", ")}`}`;
    const remedy = "keep them elsewhere first, or say --force";
    if (different.count > 0)
      findings.push({
        where,
        problem: `${counted(different.count, "row was changed since it was", "rows were changed since they were")} written`,
        remedy,
      });
    if (made.has(table) && foreignRows > 0)
      findings.push({ where, problem: `${counted(foreignRows, "row was", "rows were")} added by others`, remedy });
  }
  return findings;
}

/** Takes the run's rows out of tables that were there before. */
async function removeRows(
  session: Session,
  run: Run,
  mapping: Mapping,
  tables: readonly TableModel[],
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  const place = { run: run.id, pass: run.pass, tables: mapping.tables };
  const indexes = tables.map(({ index }) => index);
  for (;;) {
    const { rows } = await session.query<{ item: string }>(
      `select distinct item from (select item from ${LEDGER}.audit where run = $1 and tbl = any($2::smallint[]) limit ${BATCH}) batch`,
      [run.id, indexes],
    );
    if (rows.length === 0) return removed;
    await refusing(() =>
      transaction(session, async () => {
        const lines = await audit.linesOf(
          session,
          place,
          rows.map(({ item }) => item),
        );
        const gone = lines.filter((line) => indexes.includes(line.table));
        await writeChanges(session, place, { gone, changed: [], added: [] });
        for (const table of tables) {
          const count = new Set(
            gone.filter((line) => line.table === table.index && line.holds).map(({ key }) => JSON.stringify(key)),
          ).size;
          if (count > 0) removed[table.name] = (removed[table.name] ?? 0) + count;
        }
      }),
    );
  }
}

/** The run's tables and everything the ledger knows of it, together or not at all. */
async function dropAll(session: Session, run: Run, tables: readonly TableModel[]): Promise<void> {
  await refusing(() =>
    transaction(session, async () => {
      const there = await present(session, tables);
      if (there.length > 0) await session.query(`drop table ${there.map(tableSql).join(", ")}`);
      const { rows } = await session.query<{ name: string }>(
        `select c.relname as name from pg_class c where c.relnamespace = '${LEDGER}'::regnamespace and c.relname like $1`,
        [`audit\\_merge\\_${run.id}\\_%`],
      );
      for (const { name } of rows) await session.query(`drop index ${LEDGER}.${quote(name)}`);
      for (const lines of LINES) await session.query(`delete from ${LEDGER}.${lines} where run = $1`, [run.id]);
      await session.query(`delete from ${LEDGER}.run where id = $1`, [run.id]);
    }),
  );
}

/** What depends on what would go is somebody else's: it is named, and stays. */
async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasDependents(error) || !(error instanceof Error)) throw error;
    throw new MigrationError(
      "rollback-refused",
      `something depends on what would be removed: ${error.message}`,
      "remove it first, then roll back again",
    );
  }
}
