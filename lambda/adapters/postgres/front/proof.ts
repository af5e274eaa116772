/** The target's side of the proof: what the ledger expects, what the tables hold, what their relations say. */

import { must } from "../../../domain/must.ts";
import type { ContentFacts, TableContent } from "../../../domain/proof/evidence.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { TargetProof } from "../../../ports/proof.ts";
import type { Run } from "../../../ports/runs.ts";
import { builtBy } from "../ledger/built.ts";
import { ledgerParts } from "../ledger/forget.ts";
import { forgetLaps, keepLap, keptLaps, type Lap } from "../ledger/laps.ts";
import { tableContent } from "../proof/contents.ts";
import { lineSums } from "../proof/line-sums.ts";
import { NO_RELATIONS, relationsOf, together } from "../proof/relations.ts";
import { versionsOf } from "../proof/versions.ts";
import type { Session } from "../session/connection.ts";
import { allAtOneMoment, sideBySide } from "../session/one-moment.ts";
import type { Sessions } from "../session/sessions.ts";
import type { TablePlace } from "../session/sql.ts";
import { referredPlace } from "../tables/ddl.ts";
import { ledgerFacts } from "./ledger-facts.ts";

export function targetProof(sessions: Sessions, mapping: Mapping): TargetProof {
  return {
    ledger: async (run) => {
      const [facts] = await allAtOneMoment(sessions, [], 1, [(session) => ledgerFacts(session, run, mapping)]);
      return must(facts, "each task has a result");
    },
    contents: (run, signal) => contents(sessions, run, mapping, signal),
    relations: async (run) => {
      const tasks = mapping.tables.map((table) => (session: Session) => relationsOf(session, run, table));
      const read = await readTables(sessions, mapping);
      return (await allAtOneMoment(sessions, read, AT_ONCE, tasks)).reduce(together, NO_RELATIONS);
    },
  };
}

/** Everything a proof reads: the tables, those they refer to, and the ledger. */
async function readTables(sessions: Sessions, { tables }: Mapping): Promise<TablePlace[]> {
  const referred = tables.flatMap(({ foreignKeys }) => foreignKeys.map(referredPlace));
  return [...tables, ...referred, ...(await sessions.use(ledgerParts)).tables];
}

/** Tables that are read at a time, on connections of their own: `npm run bench` shows what it brings. */
const AT_ONCE = 4;
/** What took longer than this to compute is kept at once: whoever ends this process may not ask first. */
const LONG_MS = 10_000;

/**
 * Everything as of one moment. Where time runs out, what was computed is kept with the versions of the rows it comes from: the
 * next call takes what nothing was written to since, and computes the rest.
 */
async function contents(
  sessions: Sessions,
  run: Run,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<ContentFacts | undefined> {
  const laps = await sessions.use((session) => keptLaps(session, run));
  const facts = await sideBySide(sessions, await readTables(sessions, mapping), AT_ONCE, async (first) => {
    const made = await builtBy(first);
    const lines = await lineSums(first, run);
    const lapOf = async (session: Session, table: TableModel, content: TableContent): Promise<Lap> => ({
      content,
      versions: await versionsOf(session, run, table),
    });
    const computed = new Map<TableModel, TableContent>();
    const tasks = mapping.tables.map((table) => async (session: Session): Promise<TableContent | undefined> => {
      const kept = laps.get(table.index);
      if (kept !== undefined && kept.versions === (await versionsOf(session, run, table))) return kept.content;
      if (signal.aborted) return undefined;
      const since = Date.now();
      const content = await tableContent(session, run.id, table, made.created(table), lines.holding);
      if (Date.now() - since > LONG_MS) await keep(sessions, run, table, await lapOf(session, table, content));
      else computed.set(table, content);
      return content;
    });
    const end = async (results: readonly (TableContent | undefined)[]): Promise<ContentFacts | undefined> => {
      const tables = results.flatMap((content) => content ?? []);
      if (tables.length === mapping.tables.length) return { ...lines, tables };
      for (const [table, content] of computed) await keep(sessions, run, table, await lapOf(first, table, content));
      return undefined;
    };
    return { tasks, end };
  });
  if (facts !== undefined) await sessions.use((session) => forgetLaps(session, run));
  return facts;
}

const keep = (sessions: Sessions, run: Run, table: TableModel, lap: Lap) =>
  sessions.use((session) => keepLap(session, run, table, lap));
