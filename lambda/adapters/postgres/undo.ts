/** A run in the ledger → taken back: rows in tables of others batch by batch, its own tables at once, its lines last. */
import { counted } from "../../domain/discrepancy.ts";
import { type Finding, MigrationError } from "../../domain/migration-error.ts";
import { must } from "../../domain/must.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import type { Run } from "../../ports/runs.ts";
import type { Undo, Undone } from "../../ports/undo.ts";
import * as audit from "./audit.ts";
import { builtBy } from "./built.ts";
import { writeChanges } from "./changes.ts";
import { type Session, transaction } from "./connection.ts";
import { dropConstraints, restoreBuilt, restoreMigrated } from "./constraints.ts";
import { tableContent } from "./contents.ts";
import { refuseDependents } from "./dependents.ts";
import { hasDependents } from "./errors.ts";
import { holdingSums } from "./ledger-facts.ts";
import { refuseWhileUsed, withRun } from "./locks.ts";
import { lockRun, sealed, updateRun } from "./runs.ts";
import { revertVersions, type SchemaMigrations } from "./schema-migrations.ts";
import type { Sessions } from "./sessions.ts";
import { LEDGER, quote, tableSql } from "./sql.ts";

/** Items taken back in one transaction. */
const BATCH = 1_000;
/** Where the run has lines; its entry in `run` goes last. */
const LINES = [
  "audit",
  "parked",
  "seen",
  "quarantine",
  "unit",
  "created_table",
  "accepted",
  "damage",
  "built",
  "unbuilt",
  "lap",
];

export function undoer(url: string, sessions: Sessions, mapping: Mapping, migrations: SchemaMigrations): Undo {
  return {
    losses: (run) => sessions.use((session) => losses(session, run, mapping)),
    undo: (run) => {
      // The last step may have happened though its answer was lost: then what was done is known, and there is no run any more.
      let done: Undone = { dropped: [], removed: {} };
      return sessions.use((session) =>
        withRun(session, run.id, async () => {
          await refuseWhileUsed(session, run.id);
          if (!(await isKnown(session, run))) return done;
          const made = await builtBy(session);
          const own = made.tables(run.id);
          const names = new Set(own.map(tableSql));
          const others = await present(
            session,
            mapping.tables.filter((table) => !names.has(tableSql(table))),
          );
          await refuseDependents(session, others, { own });
          // What a migration made may have been taken down for a copy: its `down` finds it there.
          await restoreMigrated(session, run.id, await present(session, mapping.tables));
          await revertVersions(url, { run: run.id, when: "after", versions: migrations.after, tables: mapping.tables });
          await dropOwn(session, run, own, others);
          const removed = await removeRows(session, run, mapping, others);
          await restoreBuilt(session, run.id, others);
          await revertVersions(url, { run: run.id, when: "before", versions: migrations.before });
          done = { dropped: own.map(spelled), removed: added(done.removed, removed) };
          await forget(session, run);
          return done;
        }),
      );
    },
    dropLedger: () => sessions.use((session) => transaction(session, () => dropLedger(session))),
  };
}

async function dropLedger(session: Session): Promise<number> {
  const { rows: there } = await session.query<{ ledger: string | null }>(
    `select to_regclass('${LEDGER}.run')::text as ledger`,
  );
  if (there[0]?.ledger === null) return 0;
  // Nobody begins a run meanwhile.
  await session.query(`lock table ${LEDGER}.run in access exclusive mode`);
  const { rows } = await session.query<{ id: number; sealed: boolean }>(
    `select id, to_jsonb(r) ->> 'sealed_at' is not null as sealed from ${LEDGER}.run r for update`,
  );
  const open = rows.filter(({ sealed }) => !sealed).map(({ id }) => id);
  if (open.length > 0) {
    const problem = `${open.length === 1 ? "run" : "runs"} ${open.join(", ")} not sealed: without the ledger nothing could be proven or taken back`;
    throw new MigrationError("not-sealed", problem, "seal them first");
  }
  for (const { id } of rows) await refuseWhileUsed(session, id);
  const { rows: tables } = await session.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = '${LEDGER}'::regnamespace and relkind = 'r'`,
  );
  // Not with everything that hangs on it: a view of somebody else's is named, and stays.
  await refusing(async () => {
    await session.query(`drop table ${tables.map(({ name }) => tableSql({ schema: LEDGER, name })).join(", ")}`);
    await session.query(`drop schema ${LEDGER}`);
  });
  return rows.length;
}

type TablePlace = Pick<TableModel, "schema" | "name">;

const spelled = ({ schema, name }: TablePlace): string => (schema === "public" ? name : `${schema}.${name}`);

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
    const where = `table ${table.name}`;
    const some = { keys: keys.slice(0, 5) };
    const remedy = "keep them elsewhere first, or say --force";
    if (different.count > 0)
      findings.push({
        where,
        problem: `${counted(different.count, "row was changed since it was", "rows were changed since they were")} written`,
        remedy,
        ...some,
      });
    if (made.has(table) && foreignRows > 0)
      findings.push({
        where,
        problem: `${counted(foreignRows, "row was", "rows were")} added by others`,
        remedy,
        ...some,
      });
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

/**
 * From here on no page of this run can be committed any more, whoever still holds one; its tables go, and what any run built
 * on the others is out of the way. All of it or, where something of others depends on it, nothing.
 */
async function dropOwn(
  session: Session,
  run: Run,
  own: readonly TablePlace[],
  others: readonly TableModel[],
): Promise<void> {
  await refusing(() =>
    transaction(session, async () => {
      const now = must(await lockRun(session, run.id), "a run that was found stays in the ledger");
      if (now.sealedAt !== undefined) throw sealed(run.id);
      await updateRun(session, run.id, "phase = 'rollback', epoch = epoch + 1");
      await dropConstraints(session, [...own, ...others]);
      if (own.length > 0) await session.query(`drop table if exists ${own.map(tableSql).join(", ")}`);
      // Rows cannot leave columns that a merged table promises to fill.
      const ours = new Set(others.map(tableSql));
      for (const note of (await builtBy(session)).notes)
        if (note.run === run.id && note.kind === "not null" && ours.has(note.tbl)) await session.query(note.unmade);
    }),
  );
}

/** Everything the ledger knows of the run. */
async function forget(session: Session, run: Run): Promise<void> {
  await transaction(session, async () => {
    const { rows } = await session.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = '${LEDGER}'::regnamespace and c.relname like $1`,
      [`audit\\_merge\\_${run.id}\\_%`],
    );
    for (const { name } of rows) await session.query(`drop index ${LEDGER}.${quote(name)}`);
    for (const lines of LINES) await session.query(`delete from ${LEDGER}.${lines} where run = $1`, [run.id]);
    await session.query(`delete from ${LEDGER}.run where id = $1`, [run.id]);
  });
}

async function isKnown(session: Session, { id }: Run): Promise<boolean> {
  return (await session.query(`select from ${LEDGER}.run where id = $1`, [id])).rows.length > 0;
}

const added = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  );

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
