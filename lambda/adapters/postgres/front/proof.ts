/** The target's side of the proof: what the ledger expects, what the tables hold, what their relations say. */

import { must } from "../../../domain/must.ts";
import type { ContentFacts, TableContent } from "../../../domain/proof/evidence.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { TargetProof } from "../../../ports/proof.ts";
import type { Run } from "../../../ports/runs.ts";
import { tableContent } from "../proof/contents.ts";
import { forgetLaps, keepLap, keptLaps, lineVersions, rowVersions } from "../proof/laps.ts";
import { relations } from "../proof/relations.ts";
import { type Session, snapshot } from "../session/connection.ts";
import type { Sessions } from "../session/sessions.ts";
import { builtBy } from "../tables/built.ts";
import { holdingSums, ledgerFacts } from "./ledger-facts.ts";

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
