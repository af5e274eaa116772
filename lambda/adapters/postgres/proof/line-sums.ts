/** The ledger's lines → what they add up to, facet by facet: all of a run's in one reading. */
import { addSums, emptySum, type FingerprintSum, foldedSum } from "../../../domain/decode/fingerprint.ts";
import type { ContentFacts } from "../../../domain/proof/evidence.ts";
import type { Run } from "../../../ports/runs.ts";
import { goneItems } from "../ledger/gone.ts";
import { allContributions } from "../ledger/holding.ts";
import { storedBits, sumFromSql, sumSql } from "../session/canonical.ts";
import type { Session } from "../session/connection.ts";

type Sums = Record<string, FingerprintSum>;

/** Contributions of the items this pass has seen, and those that hold their row. */
export async function lineSums(session: Session, run: Run): Promise<Pick<ContentFacts, "seen" | "holding">> {
  const [seen, holding]: [Sums, Sums] = [{}, {}];
  const add = (to: Sums, facet: string, sum: FingerprintSum) => {
    to[facet] = addSums(to[facet] ?? emptySum, sum);
  };
  for (const { facet, holds, sum } of await sums(session, run, "true")) {
    add(seen, facet, sum);
    if (holds) add(holding, facet, sum);
  }
  // Most often there is none, and no line is read for it.
  const gone = `a.id in (select g.id from (${goneItems(run)}) g)`;
  for (const { facet, sum } of await sums(session, run, gone))
    add(seen, facet, foldedSum(-sum.count, -sum.high, -sum.low));
  return { seen, holding };
}

async function sums(session: Session, run: Run, which: string) {
  const [high, low] = sumSql("fp");
  const { rows } = await session.query<{ facet: string; holds: boolean; count: string; high: string; low: string }>(
    `select tbl || '.' || facet as facet, holds, count(*), ${high} as high, ${low} as low from (
       select a.tbl, a.facet, a.holds, ${storedBits("a.row_fp")} as fp from ${allContributions(run.id)} where ${which} offset 0) lines group by tbl, lines.facet, holds`,
  );
  return rows.map(({ facet, holds, count, high: h, low: l }) => ({ facet, holds, sum: sumFromSql(count, h, l) }));
}
