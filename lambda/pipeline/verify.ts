/** A run → its report. Every check is made afresh from what the ledger and the tables hold now. */
import type { Evidence } from "../domain/compare.ts";
import { type Report, type ReportHeader, reportOf } from "../domain/report.ts";
import type { Mapping } from "../mapping/model.ts";
import type { TargetProof } from "../ports/proof.ts";
import type { Run } from "../ports/runs.ts";
import type { UnitQueue } from "../ports/units.ts";

export async function gather(run: Run, queue: UnitQueue, proof: TargetProof): Promise<Evidence> {
  const { tally } = await queue.progress(run);
  return {
    tally,
    ledger: await proof.ledger(run),
    content: await proof.contents(run),
    relations: await proof.relations(run),
  };
}

export async function verify(
  run: Run,
  mapping: Mapping,
  queue: UnitQueue,
  proof: TargetProof,
  header: () => ReportHeader,
): Promise<Report> {
  const evidence = await gather(run, queue, proof);
  return reportOf(mapping, header(), evidence);
}
