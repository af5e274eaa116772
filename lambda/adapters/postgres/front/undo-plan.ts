/** What there is of a run, by what the ledger knows → what a rollback would take away, and what stands in its way. Changes nothing. */
import { tablesOf } from "../../../domain/decode/mapping-parts.ts";
import { type Finding, MigrationError } from "../../../domain/migration-error.ts";
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { UndoPlan } from "../../../ports/undo.ts";
import { heldKeys } from "../ledger/items/holding.ts";
import { builtBy } from "../ledger/run/built.ts";
import { alterations, type Endangered, refuseLosses } from "../rows/losses.ts";
import { tablesThere } from "../session/catalogue.ts";
import type { Session } from "../session/connection.ts";
import { type TablePlace, tableSql } from "../session/sql.ts";
import { dependentsOf, refuseDependents } from "../tables/dependents.ts";
import { revertible, type SchemaMigrations } from "../tables/schema-migrations.ts";

/** The schema may be another one since, or gone. */
export interface Plan {
  /** Tables it made, whether or not its mapping still has them. */
  readonly own: readonly TablePlace[];
  /** Tables that were there before, and are still. */
  readonly others: readonly TableModel[];
  /** Those of them whose rows can be compared with what was written. */
  readonly comparable: readonly TableModel[];
  readonly endangered: readonly Endangered[];
  /** Tables it made, of which its mapping has known nothing for long: no row in them is its own. */
  readonly unknown: readonly TablePlace[];
}

export async function planOf(session: Session, run: Run): Promise<Plan> {
  const own = (await builtBy(session)).tables(run.id);
  const names = new Set(own.map(tableSql));
  const known = await tablesThere(session, tablesOf(run.parts));
  const others = known.filter((table) => !names.has(tableSql(table)));
  const comparable: TableModel[] = [];
  for (const table of others) if ((await alterations(session, table)).length === 0) comparable.push(table);
  const endangered = known.map((table) => ({ table, created: names.has(tableSql(table)) }));
  const modelled = new Set(known.map(tableSql));
  const unknown = (await tablesThere(session, own)).filter((place) => !modelled.has(tableSql(place)));
  return { own, others, comparable, endangered, unknown };
}

export const spelled = ({ schema, name }: TablePlace): string => (schema === "public" ? name : `${schema}.${name}`);

/** As an operator is shown it. */
export async function toldPlan(session: Session, run: Run, migrations: SchemaMigrations): Promise<UndoPlan> {
  const plan = await planOf(session, run);
  const rows = async (places: readonly TablePlace[], count: (place: TablePlace) => string) => {
    const counted: Record<string, number> = {};
    for (const place of await tablesThere(session, places)) {
      const { rows: found } = await session.query<{ count: string }>(`select count(*) from ${count(place)}`);
      counted[spelled(place)] = Number(found[0]?.count ?? 0);
    }
    return counted;
  };
  const own = await rows(plan.own, tableSql);
  const removed: Record<string, number> = {};
  for (const table of plan.comparable)
    Object.assign(removed, await rows([table], () => `(${heldKeys(run.id, table)}) held`));
  const reverted = [];
  for (const when of ["after", "before"] as const)
    reverted.push(...(await revertible(session, { run: run.id, when, versions: migrations[when] })));
  return {
    drops: own,
    removes: removed,
    reverts: reverted.filter(({ isKnown }) => isKnown).map(({ name }) => name),
    keeps: reverted.filter(({ isKnown }) => !isKnown).map(({ name }) => name),
    dependents: await dependentsOf(session, plan.own),
    inTheWay: [
      ...(await refusedBy(() => refuseDependents(session, plan.others, plan))),
      ...(await refusedBy(() => refuseLosses(session, run.id, plan.endangered, plan.unknown))),
    ],
  };
}

async function refusedBy(work: () => Promise<void>): Promise<readonly Finding[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof MigrationError) return error.findings;
    throw error;
  }
}
