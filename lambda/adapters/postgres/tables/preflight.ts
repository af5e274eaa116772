/** A mapping and a database → everything that stands in the way, at once, before anything is written; and what is worth a look. */
import { partsOf } from "../../../domain/decode/mapping-parts.ts";
import type { Finding } from "../../../domain/migration-error.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { TargetFacts } from "../../../ports/tables.ts";
import { builtBy } from "../ledger/run/built.ts";
import { ownedByOthers } from "../ledger/run/owned.ts";
import type { Session } from "../session/connection.ts";
import type { Versions } from "../session/migrator.ts";
import { quote, tableSql } from "../session/sql.ts";
import { adopted, rowStatements } from "./adopted.ts";
import { definedOn } from "./definitions.ts";
import { premises } from "./premises.ts";
import { drift, lastRuns, liveConstraints, orTakeBack, refuseSealed, storedColumns } from "./tables.ts";
import { takenNames } from "./taken-names.ts";
import { type Trial, takingBack, tryTables } from "./try-out.ts";

export interface Checked {
  readonly mapping: Mapping;
  readonly before: Versions | undefined;
  /** The source of the run that is to begin or to go on. */
  readonly source: string;
}

/** Throws MigrationError `sealed`, which leaves nothing to look at. */
export async function checkTarget(session: Session, { mapping, before, source }: Checked): Promise<TargetFacts> {
  await refuseSealed(session, mapping, source);
  const warnings: Finding[] = session.isDirect ? [] : [PINNED];
  const { role, findings, missing, isLedgerOurs, mayMake } = await premises(session, mapping);
  const others = await ownedByOthers(session, source, partsOf(mapping).tables);
  // As it will be when the tables are made: the schema's own migrations come before that.
  const tried = await takingBack(session, before ?? {}, async (trial) => {
    const unfit = await checkTables(session, mapping, trial, { role, warnings });
    const after = missing.length === 0 ? mapping.after : { grants: [] };
    if (isLedgerOurs && mayMake) await tryTables(session, { ...mapping, after }, trial, { role, unfit });
  });
  return { findings: [...findings, ...others, ...tried], warnings };
}

const PINNED: Finding = {
  where: "the connection",
  problem: "a pooler stands between here and Postgres; it keeps sessions, as it must",
  remedy:
    "name the server itself as the target: each worker pins a connection of the pooler's as long as the run lasts",
};

/** Looks at the tables that are there, one by one; gives those a run could not use. What stands in the way is added to the trial. */
async function checkTables(
  session: Session,
  mapping: Mapping,
  trial: Trial,
  { role, warnings }: { readonly role: string; readonly warnings: Finding[] },
): Promise<Set<string>> {
  const made = await builtBy(session);
  const runs = await lastRuns(session);
  const defined = await definedOn(session, mapping.tables.map(tableSql));
  const columns = await storedColumns(session, mapping.tables);
  const unfit = new Set<string>();
  for (const table of mapping.tables) {
    const stored = columns(table);
    if (stored.length === 0) continue;
    const is = await adopted(session, table, { role, after: mapping.after });
    warnings.push(...is.warnings);
    const run = runs.get(tableSql(table));
    const differing = drift(table, stored, (column) => made.has(table, "not null", column), made.created(table));
    const found = [
      ...(run === undefined ? differing : differing.map((finding) => orTakeBack(finding, run))),
      ...(made.created(table) ? [] : liveConstraints(table, defined, made)),
      ...is.findings,
    ];
    trial.findings.push(...found);
    const at = tableSql(table);
    // What follows from a finding is no other one.
    if (found.length > 0) unfit.add(at);
    const remedy = `grant select, insert, update, delete on ${at} to ${quote(role)}`;
    for (const statement of rowStatements(table)) {
      const finding = unfit.has(at) ? undefined : { where: `table ${table.name}`, remedy };
      if (!(await trial.attempt(finding, statement))) unfit.add(at);
    }
  }
  trial.findings.push(...(await takenNames(session, mapping, defined, made)));
  return unfit;
}
