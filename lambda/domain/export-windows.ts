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
export const isWholeSecond = (moment: Date): boolean => moment.getMilliseconds() === 0;

/** Up to where exports lead that were applied in this order: from the newest full one on. Undefined where there is none. */
export function appliedUntil(exports: readonly Covered[]): Date | undefined {
  const full = exports.findLastIndex(({ from }) => from === undefined);
  if (full === -1) return undefined;
  return exports.slice(full).reduce((latest, { to }) => (to > latest ? to : latest), new Date(0));
}

/** What is still to be exported, and up to where all of it leads. */
export interface Missing<W extends Window> {
  readonly windows: readonly Window[];
  /** Of those that are there: what they follow, or lead to. */
  readonly used: readonly W[];
  readonly leadsTo: Date;
}

/**
 * The windows that lead from what was applied up to a moment, where some are there already or on their way. None begins before another one
 * ends: an item that came and went in what two tell of would be in neither as gone. So the last one may lead beyond the moment, by as much as it
 * is too short; and one that is there counts where it follows on, or leaves room for another before it.
 */
export function missingAfter<W extends Window>(end: Date, there: readonly W[], until: Date): Missing<W> {
  const windows: Window[] = [];
  const used: W[] = [];
  let covered = wholeSecond(end);
  const inOrder = there.toSorted((a, b) => a.from.getTime() - b.from.getTime() || a.to.getTime() - b.to.getTime());
  for (const each of inOrder) {
    const { from, to } = each;
    const gap = (from.getTime() - covered.getTime()) / 1_000;
    if (from >= until || gap < 0 || (gap > 0 && gap < LEAST_SECONDS)) continue;
    if (gap > 0) windows.push(...divided(covered, from));
    used.push(each);
    covered = to;
  }
  if (covered >= until) return { windows, used, leadsTo: covered };
  const leadsTo = at(Math.max(seconds(until), seconds(covered) + LEAST_SECONDS));
  return { windows: [...windows, ...divided(covered, leadsTo)], used, leadsTo };
}

/** The parts of a time that is long enough, as evenly long as whole seconds allow. */
function divided(from: Date, to: Date): readonly Window[] {
  const [first, length] = [seconds(from), seconds(to) - seconds(from)];
  const count = Math.ceil(length / MOST_SECONDS);
  const cut = (part: number): Date => at(first + Math.floor((length * part) / count));
  return Array.from({ length: count }, (_, part) => ({ from: cut(part), to: cut(part + 1) }));
}
