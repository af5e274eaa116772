/** The target's side of the proof: what the ledger expects, what the tables hold, what their relations say. */

import { readSum, writeSum } from "../../../domain/decode/fingerprint.ts";
import { must } from "../../../domain/must.ts";
import type { ContentFacts, RelationFacts, TableContent } from "../../../domain/proof/evidence.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { TablesDone, Told } from "../../../ports/progress.ts";
import type { TargetProof } from "../../../ports/proof.ts";
import type { Run } from "../../../ports/runs.ts";
import { ledgerParts } from "../ledger/items/forget.ts";
import { builtBy } from "../ledger/run/built.ts";
import { goesOn, keepLap, keptLaps, type Lap } from "../ledger/run/laps.ts";
import { letCount, lockCounts } from "../ledger/run/locks.ts";
import { tableContent } from "../proof/contents.ts";
import { countingAnew, countingInServer } from "../proof/counted-relations.ts";
import { keepLineSums, lineSums } from "../proof/line-sums.ts";
import { NO_RELATIONS, promisesOn, relationsOf, together } from "../proof/relations.ts";
import { versionsOf } from "../proof/versions.ts";
import type { Session } from "../session/connection.ts";
import { sideBySide } from "../session/one-moment.ts";
import type { Sessions } from "../session/sessions.ts";
import type { TablePlace } from "../session/sql.ts";
import { type Unattended, unattended, unlessStopped } from "../session/unattended.ts";
import { referredBy } from "../tables/ddl.ts";
import { ledgerFacts } from "./ledger-facts.ts";

export function targetProof(sessions: Sessions, mapping: Mapping, told: Told = () => undefined): TargetProof {
  return {
    ledger: (run) =>
      sideBySide(sessions, [], 1, async () => ({
        tasks: [(session: Session) => ledgerFacts(session, run, mapping)],
        end: async ([facts]) => must(facts, "each task has a result"),
      })),
    contents: (run, signal) => unlessStopped(contents(sessions, run, mapping, signal, told), signal),
    relations: (run, signal) => unlessStopped(relations(sessions, run, mapping, signal, told), signal),
  };
}

/**
 * What an earlier invocation began and saw no end of is computed by the server on its own account, one thing after another, and
 * kept: then this one sees the end of it, or the next. Nothing is begun while something of before still goes on.
 */
async function kept(
  sessions: Sessions,
  run: Run,
  part: string,
  signal: AbortSignal,
  compute: (session: Session, server: Unattended, laps: ReadonlyMap<string, Lap>) => Promise<void>,
): Promise<{ readonly laps: ReadonlyMap<string, Lap>; readonly isAgain: boolean }> {
  const lock = { take: (held: Session) => lockCounts(held, run.id), free: (held: Session) => letCount(held, run.id) };
  return sessions.use(async (session) => {
    const isAgain = await goesOn(session, run, part);
    if (isAgain)
      await unattended(sessions, signal, lock, async (server) =>
        compute(session, server, await keptLaps(session, run)),
      );
    return { laps: await keptLaps(session, run), isAgain };
  });
}

async function relations(
  sessions: Sessions,
  run: Run,
  mapping: Mapping,
  signal: AbortSignal,
  told: Told,
): Promise<RelationFacts> {
  const { laps } = await kept(sessions, run, "relations", signal, async (session, server, before) => {
    const counting = countingInServer(session, server, run, before);
    const promises = await promisesOn(session, run, mapping.tables);
    for (const table of mapping.tables) await relationsOf(session, run, table, promises, counting);
  });
  const each = telling("relations checked", mapping, told);
  return sideBySide<RelationFacts, RelationFacts>(
    sessions,
    await readTables(sessions, mapping),
    AT_ONCE,
    async (first) => {
      const promises = await promisesOn(first, run, mapping.tables);
      const tasks = mapping.tables.map((table) => (session: Session) => {
        signal.throwIfAborted();
        return each(relationsOf(session, run, table, promises, countingAnew(session, run, laps)));
      });
      return { tasks, end: async (results) => results.reduce(together, NO_RELATIONS) };
    },
  );
}

/** Tells how many tables are done, each time one is. */
function telling(doing: TablesDone["doing"], { tables: { length: of } }: Mapping, told: Told) {
  let done = 0;
  told({ doing, done, of });
  return async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    done += 1;
    told({ doing, done, of });
    return result;
  };
}

/** Everything a proof reads: the tables, those they refer to, and the ledger. */
async function readTables(sessions: Sessions, { tables }: Mapping): Promise<TablePlace[]> {
  return [...tables, ...referredBy(tables), ...(await sessions.use(ledgerParts)).tables];
}

/** Tables that are read at a time, on connections of their own: as many as a small Aurora has processors for, and nobody is left a database without. */
const AT_ONCE = 4;
/** What took longer than this to compute is kept at once, and everything of a proof that is gone on with: whoever ends this process may not ask first. */
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
  told: Told,
): Promise<ContentFacts | undefined> {
  const { laps, isAgain } = await kept(sessions, run, "contents", signal, (session, server, before) =>
    keepLineSums(session, server, run, before),
  );
  return sideBySide(sessions, await readTables(sessions, mapping), AT_ONCE, async (first) => {
    const made = await builtBy(first);
    const lines = await lineSums(first, run, laps);
    const lapOf = async (session: Session, table: TableModel, content: TableContent): Promise<Lap> => ({
      content: writeContent(content),
      versions: await versionsOf(session, run, table),
    });
    const computed = new Map<TableModel, TableContent>();
    const each = telling("rows compared", mapping, told);
    const tasks = mapping.tables.map((table) => async (session: Session): Promise<TableContent | undefined> => {
      const lap = laps.get(whatOf(table));
      if (lap !== undefined && lap.versions === (await versionsOf(session, run, table)))
        return readContent(lap.content);
      if (signal.aborted) return undefined;
      const since = Date.now();
      const content = await each(tableContent(session, run.id, table, made.created(table), lines.holding));
      if (isAgain || Date.now() - since > LONG_MS)
        await keep(sessions, run, table, await lapOf(session, table, content));
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
}

const whatOf = ({ index }: TableModel): string => `table ${index}`;

const keep = (sessions: Sessions, run: Run, table: TableModel, lap: Lap) =>
  sessions.use((session) => keepLap(session, run, whatOf(table), lap));

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
