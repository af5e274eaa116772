/** What the ledger knows of the exports of a pass: damaged files with what they gave, and what the changes of each window were. */
import type { Example } from "../../../../domain/proof/evidence.ts";
import {
  addChanges,
  type ChangeCounts,
  type ExportFacts,
  type FaultyFile,
  NO_ITEMS,
  UNCHANGED,
} from "../../../../domain/proof/exports.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { UnitFault } from "../../../../ports/source.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { BECAME_ROWS, recordsIn } from "./seen.ts";
import { isOfSource } from "./units.ts";

const EXAMPLES = 10;

export async function exportFacts(session: Session, run: Run): Promise<ExportFacts[]> {
  const { rows } = await session.query<{
    window: number;
    unit: number;
    fault: UnitFault | null;
    changes: ChangeCounts | null;
  }>(
    `select "window", unit, fault, changes from ${LEDGER}.unit
     where run = $1 and pass = $2 and ${isOfSource("unit", run)} order by unit`,
    [run.id, run.pass],
  );
  const facts: ExportFacts[] = [];
  for (const [window, each] of run.exports.entries()) {
    const units = rows.filter((unit) => unit.window === window);
    const faults: FaultyFile[] = [];
    for (const { unit, fault } of units)
      if (fault !== null) faults.push({ ...fault, ...(await givenBy(session, run, unit)) });
    const changes = units.reduce((sum, unit) => addChanges(sum, unit.changes ?? UNCHANGED), UNCHANGED);
    const isWindow = window > 0;
    const repeated = isWindow ? await changedTwice(session, run, window) : NO_ITEMS;
    const isUnread = units.length === 0 && each.records > 0;
    facts.push({ ...each, faults, repeated, isUnread, ...(isWindow ? { changes } : {}) });
  }
  return facts;
}

interface Found {
  readonly count: string;
  readonly examples: readonly Example[] | null;
}

/** Items that became rows by a unit, as far as they have any. */
async function givenBy(session: Session, run: Run, unit: number): Promise<Pick<FaultyFile, "items" | "examples">> {
  const { rows } = await session.query<Found>(
    `with given as (select distinct s.item ${recordsIn(run, "item, fate")} and p.unit = $1 and s.fate ${BECAME_ROWS}),
     named as (select i.source from given join ${LEDGER}.item i on i.run = ${run.id} and i.hash = given.item order by i.source limit ${EXAMPLES})
     select (select count(*) from given) as count, (select json_agg(json_build_object('source', source) order by source) from named) as examples`,
    [unit],
  );
  return { items: Number(rows[0]?.count ?? 0), examples: rows[0]?.examples ?? [] };
}

/** Items of which a window holds more than one change. */
async function changedTwice(session: Session, run: Run, window: number) {
  const { rows } = await session.query<Found>(
    `with twice as (select s.item ${recordsIn(run, "item")} and p."window" = $1 and ${isOfSource("p.unit", run)} group by s.item having count(*) > 1),
     named as (select i.source from twice join ${LEDGER}.item i on i.run = ${run.id} and i.hash = twice.item order by i.source limit ${EXAMPLES})
     select (select count(*) from twice) as count, (select json_agg(json_build_object('source', source) order by source) from named) as examples`,
    [window],
  );
  return { count: Number(rows[0]?.count ?? 0), examples: rows[0]?.examples ?? [] };
}
