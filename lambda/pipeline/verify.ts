/** A run → its report. Every check is made afresh: from what the ledger and the tables hold now, and from the source itself. */
import type { Decode } from "../domain/decode/decode.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { Report, ReportHeader } from "../domain/proof/report.ts";
import { reportOf } from "../domain/proof/report-of.ts";
import { totalCounts } from "../domain/proof/tally.ts";
import type { Mapping } from "../mapping/model.ts";
import { type ExportLedger, rereadOf } from "../ports/exports.ts";
import type { Progress } from "../ports/progress.ts";
import type { TargetProof } from "../ports/proof.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { Run } from "../ports/runs.ts";
import type { ItemSource } from "../ports/source.ts";
import type { SpotRows } from "../ports/spot-rows.ts";
import type { PassCounts } from "../ports/units.ts";
import { heldBack } from "./held-back.ts";
import { recount } from "./recount.ts";
import { spotCheck } from "./spot-check.ts";

export interface Verification {
  readonly run: Run;
  readonly source: ItemSource;
  readonly target: {
    readonly queue: PassCounts;
    readonly exports: ExportLedger;
    readonly proof: TargetProof;
    readonly spots: SpotRows;
    readonly quarantine: Quarantine;
  };
  readonly mapping: Mapping;
  readonly decode: Decode;
  /** Draws the sample of the spot checks. */
  readonly seed: number;
  /** Items sampled of each entity. */
  readonly sample: number;
  /** Read the whole source a second time, keys only. */
  readonly recount: boolean;
  /** Nothing at all may be what the source holds. */
  readonly allowEmpty: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly header: () => ReportHeader;
}

/** Undefined where time runs out: what was computed of the target is kept, and what is being computed goes on. */
export async function verify(verification: Verification): Promise<Report | undefined> {
  const { run, source, target, mapping, decode, seed, sample, signal, header } = verification;
  if (verification.recount && run.exports.length > 0) throw notCounted(run);
  const { units } = await target.queue.progress(run);
  // Other boundaries than the copy had: what fell between two units then is inside one now.
  const again = verification.recount ? await recount(source, mapping, decode, units + 1, signal) : undefined;
  if (verification.recount && again === undefined) return undefined;
  const content = await target.proof.contents(run, signal);
  if (content === undefined) return undefined;
  const ledger = await target.proof.ledger(run);
  const relations = await target.proof.relations(run, signal);
  if (relations === undefined) return undefined;
  const tally = await target.queue.tally(run);
  const held = await heldBack(target.quarantine, run, mapping, relations, signal);
  verification.progress.tell({ kind: "spot checks" });
  const { migrated, unchanged } = totalCounts(tally);
  const population = migrated + unchanged;
  const evidence = {
    isEmptyAllowed: verification.allowEmpty,
    tally,
    ledger,
    content,
    relations,
    heldBack: held,
    spot: await spotCheck({
      ...{
        run,
        reread: rereadOf(source, run),
        rows: target.spots,
        keys: mapping.keys,
        decode,
        seed,
        perEntity: sample,
        population,
      },
    }),
    ...(again === undefined ? {} : { recount: again }),
    ...(run.exports.length === 0 ? {} : { exports: await target.exports.facts(run) }),
  };
  return reportOf(mapping, header(), evidence);
}

const notCounted = ({ source }: Run): MigrationError =>
  new MigrationError(
    "settings",
    `${source} is not counted a second time: each of its files was read to its end, and compared with its checksum and its count`,
    "leave --recount out",
  );
