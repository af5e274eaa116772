/** The ledger's lines → what they add up to, facet by facet: all of a run's in one reading. */
import { addSums, emptySum, type FingerprintSum, foldedSum } from "../../../domain/decode/fingerprint.ts";
import type { ContentFacts } from "../../../domain/proof/evidence.ts";
import type { Run } from "../../../ports/runs.ts";
import { allContributions } from "../ledger/items/holding.ts";
import { goneItems } from "../ledger/passes/gone.ts";
import { computingLap, type Lap, lineVersions, passVersions } from "../ledger/run/laps.ts";
import { storedBits, sumFromSql, sumSql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";
import type { Unattended } from "../session/unattended.ts";
import { versionsNow } from "./versions.ts";

type Sums = Record<string, FingerprintSum>;

/** Two readings: all lines, and those of items that are gone. */
const READINGS = ["all", "gone"] as const;

type Reading = (typeof READINGS)[number];

interface Line {
  readonly facet: string;
  readonly holds: boolean;
  readonly count: string;
  readonly high: string;
  readonly low: string;
}

/** Contributions of the items this pass has seen, and those that hold their row; from kept laps where nothing was written since. */
export async function lineSums(
  session: Session,
  run: Run,
  kept: ReadonlyMap<string, Lap> = new Map(),
): Promise<Pick<ContentFacts, "seen" | "holding">> {
  const [seen, holding]: [Sums, Sums] = [{}, {}];
  const add = (to: Sums, facet: string, sum: FingerprintSum) => {
    to[facet] = addSums(to[facet] ?? emptySum, sum);
  };
  for (const { facet, holds, ...line } of await sums(session, run, "all", kept)) {
    const sum = sumFromSql(line.count, line.high, line.low);
    add(seen, facet, sum);
    if (holds) add(holding, facet, sum);
  }
  for (const { facet, ...line } of await sums(session, run, "gone", kept)) {
    const { count, high, low } = sumFromSql(line.count, line.high, line.low);
    add(seen, facet, foldedSum(-count, -high, -low));
  }
  return { seen, holding };
}

/** Has the server compute what is not kept, or was written to since. */
export async function keepLineSums(session: Session, server: Unattended, run: Run, kept: ReadonlyMap<string, Lap>) {
  for (const reading of READINGS) {
    if (await isKept(session, run, kept.get(whatOf(reading)))) continue;
    const content = `(select coalesce(json_agg(s), '[]')::text from (${sumsSql(run, reading)}) s)`;
    await server.run(computingLap(run, whatOf(reading), { content, versions: versionsIn(run) }));
  }
}

const whatOf = (reading: Reading): string => `lines ${reading}`;

const versionsIn = (run: Run): string => `${lineVersions(run)} || ' ' || ${passVersions(run)}`;

const isKept = async (session: Session, run: Run, lap: Lap | undefined): Promise<boolean> =>
  lap !== undefined && lap.versions === (await versionsNow(session, versionsIn(run)));

async function sums(session: Session, run: Run, reading: Reading, kept: ReadonlyMap<string, Lap>): Promise<Line[]> {
  const lap = kept.get(whatOf(reading));
  if (lap !== undefined && (await isKept(session, run, lap))) return JSON.parse(lap.content);
  return (await session.query<Line & Record<string, unknown>>(sumsSql(run, reading))).rows;
}

function sumsSql(run: Run, reading: Reading): string {
  const [high, low] = sumSql("fp");
  // Most often there is none, and no line is read for it.
  const which = reading === "all" ? "true" : `a.id in (select g.id from (${goneItems(run)}) g)`;
  return `select tbl || '.' || facet as facet, holds, count(*)::text as count, (${high})::text as high, (${low})::text as low from (
     select a.tbl, a.facet, a.holds, ${storedBits("a.row_fp")} as fp from ${allContributions(run.id)} where ${which} offset 0) lines group by tbl, lines.facet, holds`;
}
