/** The target's side of the proof: what the ledger expects, what the tables hold, what their relations say. */
import type { ContentFacts, ForeignKeyFacts, RelationFacts, TableContent } from "../../domain/evidence.ts";
import { must } from "../../domain/must.ts";
import type { Mapping, TableModel } from "../../mapping/model.ts";
import type { TargetProof } from "../../ports/proof.ts";
import type { Run } from "../../ports/runs.ts";
import { builtBy } from "./built.ts";
import { keySql } from "./canonical.ts";
import { type Session, snapshot } from "./connection.ts";
import { constraintState, hasIndex, isBroken, isDuplicate, isNull, isOrphan, isThere, refers } from "./constraints.ts";
import { group, tableContent } from "./contents.ts";
import { forgetLaps, keepLap, keptLaps, lineVersions, rowVersions } from "./laps.ts";
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
 * Table by table, each kept as soon as it is computed; then all of them as of one moment, in which whatever was written to
 * since is computed anew. What was kept is forgotten when the proof is whole.
 */
async function contents(
  session: Session,
  run: Run,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<ContentFacts | undefined> {
  const made = await builtBy(session);
  const holding = await holdingSums(session, run);
  const compute = (table: TableModel) => tableContent(session, run.id, table, made.created(table), holding);
  const laps = await keptLaps(session, run);
  // Asked before anything is computed: a line that is written in between shows at the end.
  const lines = await lineVersions(session, run);
  const versionsOf = async (table: TableModel, of = lines) =>
    `${await rowVersions(session, table)} ${of.get(table.index) ?? ""}`;
  for (const table of mapping.tables) {
    const kept = laps.get(table.index);
    if (kept !== undefined && kept.versions === (await versionsOf(table))) continue;
    if (signal.aborted) return undefined;
    const lap = await snapshot(session, async () => ({
      versions: await versionsOf(table),
      content: await compute(table),
    }));
    laps.set(table.index, lap);
    await keepLap(session, run, table, lap);
  }
  const tables = await snapshot(session, async () => {
    const now = await lineVersions(session, run);
    const all: TableContent[] = [];
    for (const table of mapping.tables) {
      const lap = must(laps.get(table.index), "every table has been computed");
      const isSame = lap.versions === (await versionsOf(table, now));
      if (!isSame && signal.aborted) return undefined;
      all.push(isSame ? lap.content : await compute(table));
    }
    return all;
  });
  if (tables === undefined) return undefined;
  await forgetLaps(session, run);
  return { tables };
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
