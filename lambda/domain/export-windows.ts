/**
 * What was applied, what is at hand, a moment → the windows of time whose changes are missing. They follow each other without a gap, begin and
 * end at whole seconds, and are of the lengths that AWS exports. Pure.
 */

/** From inclusive, to exclusive, as an incremental export has it. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** What one export covers: all there was at a moment, or a window. */
export interface Covered {
  /** A full one has none. */
  readonly from?: Date;
  readonly to: Date;
}

/** Of an incremental export. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html */
const LEAST_SECONDS = 15 * 60;
const MOST_SECONDS = 24 * 60 * 60;

const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1_000);
const at = (second: number): Date => new Date(second * 1_000);

/** The times of requests have no fractions of a second. What is cut off is exported twice rather than never. */
export const wholeSecond = (moment: Date): Date => at(seconds(moment));

/** Up to where exports lead that were applied in this order: from the newest full one on. Undefined where there is none. */
export function appliedUntil(exports: readonly Covered[]): Date | undefined {
  const full = exports.findLastIndex(({ from }) => from === undefined);
  if (full === -1) return undefined;
  return exports.slice(full).reduce((latest, { to }) => (to > latest ? to : latest), new Date(0));
}

/** What has to be exported so that what was applied can be brought up to `now`; undefined where only a full export can begin it. */
export function windowAfter(exports: readonly Covered[], now: Date): readonly Window[] | undefined {
  const end = appliedUntil(exports);
  return end && windowsBetween(end, now);
}

/** The parts of a time, as evenly long as whole seconds allow. One that is too short begins earlier: what a window repeats is applied once. */
export function windowsBetween(from: Date, to: Date): readonly Window[] {
  const [first, last] = [seconds(from), seconds(to)];
  const length = last - first;
  if (length <= 0) return [];
  if (length < LEAST_SECONDS) return [{ from: at(last - LEAST_SECONDS), to: at(last) }];
  const count = Math.ceil(length / MOST_SECONDS);
  const cut = (part: number): Date => at(first + Math.floor((length * part) / count));
  return Array.from({ length: count }, (_, part) => ({ from: cut(part), to: cut(part + 1) }));
}

/** The windows that are still to be exported, where some are there already or on their way. */
export function missingAfter(end: Date, there: readonly Window[], to: Date): readonly Window[] {
  const missing: Window[] = [];
  let covered = wholeSecond(end);
  for (const each of there.toSorted((one, other) => one.from.getTime() - other.from.getTime())) {
    if (covered >= to) break;
    if (each.to <= covered) continue;
    missing.push(...windowsBetween(covered, each.from < to ? each.from : to));
    covered = each.to;
  }
  return covered >= to ? missing : [...missing, ...windowsBetween(covered, to)];
}
