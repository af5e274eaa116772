/** A run in the ledger → taken back: rows in tables of others batch by batch, its own tables at once, its lines last. */

import { NO_CHANGES } from "../../../domain/decode/diff.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import type { TableModel } from "../../../mapping/model.ts";
import { own } from "../../../mapping/own.ts";
import type { Run } from "../../../ports/runs.ts";
import type { How, Undo, Undone } from "../../../ports/undo.ts";
import { dropParts, forgetRun, ledgerParts, lockLedger } from "../ledger/items/forget.ts";
import { heldKeys } from "../ledger/items/holding.ts";
import { itemsWithLines, linesOf } from "../ledger/items/lines.ts";
import { heldByOthers, sharersOf } from "../ledger/items/sharers.ts";
import { builtBy } from "../ledger/run/built.ts";
import { refuseWhileUsed, withRun } from "../ledger/run/locks.ts";
import { moveRun, sealed } from "../ledger/run/phases.ts";
import { allRuns } from "../ledger/run/run.ts";
import { writeChanges } from "../rows/changes.ts";
import { refuseLosses } from "../rows/losses.ts";
import { Straight } from "../rows/straight.ts";
import { unremoved } from "../rows/unremoved.ts";
import { tablesThere } from "../session/catalogue.ts";
import { type Session, transaction } from "../session/connection.ts";
import { hasDependents, isLockTimeout } from "../session/errors.ts";
import { lockExclusively, stillUsed } from "../session/exclusive.ts";
import { inSavepoint } from "../session/savepoint.ts";
import type { Sessions } from "../session/sessions.ts";
import { type TablePlace, tableSql } from "../session/sql.ts";
import { atOnce } from "../tables/carrying.ts";
import { dropConstraints, restoreBuilt, restoreMigrated } from "../tables/constraints.ts";
import { dependentsOf, refuseDependents } from "../tables/dependents.ts";
import { revertVersions, runVersions, type SchemaMigrations } from "../tables/schema-migrations.ts";
import { type Plan, planOf, spelled, toldPlan } from "./undo-plan.ts";

/** Items taken back in one transaction. */
const BATCH = 1_000;

export function undoer(sessions: Sessions, migrations: SchemaMigrations): Undo {
  return {
    undo: (run, how) => {
      // The last step may have happened though its answer was lost: then what was done is known, and there is no run any more.
      let done: Undone = { dropped: [], removed: {}, left: {}, kept: [] };
      return sessions.use((session) =>
        withRun(session, run.id, async () => {
          if (run.sealedAt !== undefined) throw sealed(run.id);
          await refuseWhileUsed(session, run.id);
          if (!(await allRuns(session)).some(({ id }) => id === run.id)) return done;
          const plan = await planOf(session, run);
          await refuseDependents(session, plan.others, plan);
          if (!how.force) await refuseLosses(session, run.id, plan.endangered, plan.unknown);
          const tables = plan.endangered.map(({ table }) => table);
          // What a migration made may have been taken down for a copy: its `down` finds it there.
          await restoreMigrated(session, atOnce(session), tables);
          const after = { run: run.id, when: "after", versions: migrations.after, tables } as const;
          const reverted = await revertVersions(sessions, session, after);
          try {
            await dropOwn(session, run, plan, how);
          } catch (error) {
            // What was refused has changed nothing: neither has this.
            if (error instanceof MigrationError && reverted.names.length > 0) await runVersions(sessions, after);
            throw error;
          }
          const removed = await removeRows(session, run, plan.comparable);
          await restoreBuilt(session, run.id, plan.others);
          const before = await revertVersions(sessions, session, {
            run: run.id,
            when: "before",
            versions: migrations.before,
          });
          done = {
            dropped: plan.own.map(spelled),
            removed: added(done.removed, removed),
            left: await leftIn(session, run, plan),
            kept: [...reverted.kept, ...before.kept],
          };
          await transaction(session, () => forgetRun(session, run));
          return done;
        }),
      );
    },
    plan: (run) =>
      sessions.use((session) => {
        if (run.sealedAt !== undefined) throw sealed(run.id);
        return toldPlan(session, run, migrations);
      }),
    dropLedger: () => sessions.use((session) => transaction(session, () => dropLedger(session))),
  };
}

async function dropLedger(session: Session): Promise<number> {
  if (!(await lockLedger(session))) return 0;
  const runs = await allRuns(session);
  const open = runs.filter(({ sealedAt }) => sealedAt === undefined).map(({ id }) => id);
  if (open.length > 0) {
    const problem = `${open.length === 1 ? "run" : "runs"} ${open.join(", ")} not sealed: without the ledger nothing could be proven or taken back`;
    throw new MigrationError("not-sealed", problem, "seal them first");
  }
  for (const { id } of runs) await refuseWhileUsed(session, id);
  const parts = await ledgerParts(session);
  // What refuses is asked for its name by the same transaction.
  const drop = () => inSavepoint(session, () => dropParts(session, parts));
  await refusing(session, [...parts.tables, ...parts.views], drop);
  return runs.length;
}

/** Takes the run's rows out of tables that were there before. */
async function removeRows(session: Session, run: Run, tables: readonly TableModel[]): Promise<Record<string, number>> {
  let removed: Record<string, number> = {};
  const place = { run: run.id, pass: run.pass, tables, straight: new Straight(), numbers: new Map() };
  const indexes = tables.map(({ index }) => index);
  for (;;) {
    const items = await itemsWithLines(session, run, indexes, BATCH);
    if (items.length === 0) return removed;
    await refusing(session, tables, () =>
      transaction(session, async () => {
        for await (const lines of linesOf(session, place, items)) {
          const gone = lines.filter((line) => indexes.includes(line.table));
          const went = await writeChanges(session, place, { ...NO_CHANGES, gone });
          removed = added(removed, byName(tables, went));
        }
      }),
    );
  }
}

const byName = (tables: readonly TableModel[], counts: ReadonlyMap<number, number>): Record<string, number> =>
  Object.fromEntries(tables.flatMap(({ index, name }) => (counts.has(index) ? [[name, counts.get(index) ?? 0]] : [])));

/** Rows of the run that stay, because they were changed since or cannot be compared any more. */
async function leftIn(session: Session, run: Run, { others, comparable }: Plan): Promise<Record<string, number>> {
  const changed = await unremoved(session, run.id, { tables: comparable });
  const left = new Map(changed.map(({ table, count }) => [table, count]));
  for (const table of others.filter((each) => !comparable.includes(each))) {
    const others = heldByOthers(await sharersOf(session, run.id, [table]), table, "h.key");
    const { rows } = await session.query(`select from (${heldKeys(run.id, table)}) h where not (${others})`);
    if (rows.length > 0) left.set(table.name, rows.length);
  }
  return Object.fromEntries(left);
}

/**
 * From here on no page of this run can be committed any more, whoever still holds one; nobody can write to its tables, and what
 * was committed until then counts; they go, and what any run built on the others is out of the way. All of it or, where
 * something would be lost, nothing.
 */
async function dropOwn(session: Session, run: Run, plan: Plan, { force, progress }: How): Promise<void> {
  const { own, others } = plan;
  await refusing(session, own, () =>
    transaction(session, async () => {
      await moveRun(session, run.id, "rollback");
      const { notes } = await builtBy(session);
      const builtUpon = others.filter((table) => notes.some(({ tbl }) => tbl === tableSql(table)));
      await lockExclusively(session, [...(await tablesThere(session, own)), ...builtUpon], progress);
      if (!force)
        await refuseLosses(
          session,
          run.id,
          plan.endangered.filter(({ created }) => created),
          plan.unknown,
        );
      await dropConstraints(session, [...own, ...others]);
      if (own.length > 0) await session.query(`drop table if exists ${own.map(tableSql).join(", ")}`);
      // Rows cannot leave columns that a merged table promises to fill.
      const ours = new Set(others.map(tableSql));
      for (const note of notes)
        if (note.run === run.id && note.kind === "not null" && ours.has(note.tbl)) await session.query(note.unmade);
    }),
  );
}

const added = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [
      name,
      (own(a, name) ?? 0) + (own(b, name) ?? 0),
    ]),
  );

/** What depends on what would go is somebody else's: it is named, and stays. */
async function refusing(session: Session, tables: readonly TablePlace[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isLockTimeout(error)) throw stillUsed("other sessions use what refers to the run's tables", error);
    if (!hasDependents(error) || !(error instanceof Error)) throw error;
    const findings = (await dependentsOf(session, tables)).map(({ name, kind, drop }) => ({
      where: `${kind} ${name}`,
      problem: "it needs what would be removed",
      remedy: `${drop}; then run rollback again`,
    }));
    const names = findings.map(({ where }) => where).join(", ");
    const problem = `something depends on what would be removed: ${names === "" ? error.message : names}`;
    throw new MigrationError(
      "rollback-refused",
      problem,
      "remove it first, then roll back again",
      findings.length === 0 ? {} : { findings },
    );
  }
}
