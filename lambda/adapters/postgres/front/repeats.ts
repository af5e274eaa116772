/**
 * Copies of items → what the set of them makes of each item. Versions that are not alone are kept whole in the ledger until they
 * are decided in the order of their fingerprints, some in each transaction, so that memory is bounded however many there are.
 */
import type { Decoded } from "../../../domain/decode/decode.ts";
import { MigrationError } from "../../../domain/migration-error.ts";
import { addTallies, EMPTY_TALLY, type Fate } from "../../../domain/proof/tally.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Repeats } from "../../../ports/repeats.ts";
import type { Run } from "../../../ports/runs.ts";
import { type Version, versionOf } from "../ledger/items/items.ts";
import {
  type Counted,
  findRepeated,
  forgetCopies,
  isAnyMissing,
  keepCopies,
  markDecided,
  recounted,
  undecidedOf,
} from "../ledger/passes/repeated.ts";
import { correct, forgetReread, noteReread, unitsToReread } from "../ledger/passes/units.ts";
import { moveRun } from "../ledger/run/phases.ts";
import { decideKept } from "../rows/decide-repeats.ts";
import { type Session, transaction } from "../session/connection.ts";
import { FEW_ROWS } from "../session/lookups.ts";
import type { Sessions } from "../session/sessions.ts";
import { alone } from "./target-tables.ts";

export function repeats(sessions: Sessions, mapping: Mapping): Repeats {
  return {
    find: async (run) =>
      (await alone(sessions, run, "build", async (session) => ({
        items: await findRepeated(session, run),
        units: await unitsToReread(session, run),
      }))) ?? { items: 0, units: [] },
    keep: async (run, unit, page, next) => {
      const isWhole = await alone(sessions, run, "build", (session) =>
        transaction(session, async () => {
          await keep(session, run, page);
          // Another process that is behind, or ahead, has kept all before its page as well.
          await noteReread(session, run, unit, next);
          const isRead = next === undefined && (await unitsToReread(session, run)).length === 0;
          if (!isRead || !(await isAnyMissing(session, run))) return true;
          await readAnew(session, run);
          return false;
        }),
      );
      if (isWhole === false) throw sourceChanged(run);
    },
    decide: async (run, decode) =>
      (await alone(sessions, run, "build", (session) =>
        transaction(session, () => decideKept(session, run, mapping, decode)),
      )) ?? false,
  };
}

/** Decides the versions that are their item's only ones, and keeps the others. */
async function keep(session: Session, run: Run, page: readonly Decoded[]): Promise<void> {
  await session.query(FEW_ROWS);
  const undecided = await undecidedOf(session, run, [...new Set(page.map(({ item }) => item))]);
  if (undecided.length === 0) return;
  const copies = Map.groupBy(page, nameOf);
  let tally = EMPTY_TALLY;
  const decided: (Version & { fate: Fate })[] = [];
  const kept: (readonly [Decoded, ...Decoded[]])[] = [];
  for (const { isAlone, counted, ...version } of undecided) {
    const [first, ...others] = copies.get(`${version.item} ${version.version}`) ?? [];
    if (first === undefined) continue;
    const fate = isAlone ? fateOfOne(first, counted) : undefined;
    if (fate === undefined) kept.push([first, ...others]);
    else {
      tally = addTallies(tally, recounted(first, counted, fate));
      decided.push({ ...version, fate });
    }
  }
  if (decided.length > 0) await correct(session, run, tally, []);
  await markDecided(session, run, decided);
  if (kept.length > 0) await keepCopies(session, run, kept);
}

const nameOf = (copy: Decoded): string => Object.values(versionOf(copy)).join(" ");

/** What an item is that has one version only; undefined where it gives rows that were not written. */
function fateOfOne({ outcome }: Decoded, counted: Counted): Fate | undefined {
  if (outcome.kind !== "rows") return outcome.kind;
  if (counted.quarantined !== undefined) return undefined;
  return counted.migrated === undefined ? "unchanged" : "migrated";
}

/** Nothing that another source has shown counts, nor what a process keeps that is still reading. */
async function readAnew(session: Session, run: Run): Promise<void> {
  await moveRun(session, run.id, "reread");
  await forgetReread(session, run);
  await forgetCopies(session, run);
}

const sourceChanged = ({ source }: Run): MigrationError =>
  new MigrationError(
    "source-changed",
    `${source} no longer gives what the pass has read of items that stand there more than once`,
    "put back the source the pass began with, and run migrate again",
  );
