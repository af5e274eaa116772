/** Exports of a table → which of them comes next, after those that were applied; or why none can. */
import { MigrationError } from "./migration-error.ts";
import { shell } from "./typed.ts";

/** One export of a table: all of its items as of a moment, or what has changed in a window of time. */
export interface Export {
  /** What AWS calls it: `01715685260608-c488b4e1`. */
  readonly id: string;
  /** Where it stands, in words that a source takes: another process finds it there. */
  readonly place: string;
  readonly table: { readonly arn: string; readonly id: string };
  /** When the window of an incremental export begins, inclusive. A full one has none. */
  readonly from?: Date;
  /** The moment a full export is of, or when the window ends, exclusive. */
  readonly to: Date;
  /** Whether changes say what was there before. */
  readonly images?: "new" | "new and old";
  /** Records, as the manifest counts them. */
  readonly records: number;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

export interface AppliedExport extends Export {
  /** Time before its window that no export covers, let go by name. */
  readonly gap?: Span;
}

/** What a window tells of, and an export before it told of, too. */
export const overlapWith = (before: Export, { from }: Export): Span | undefined =>
  from !== undefined && from < before.to ? { from, to: before.to } : undefined;

export interface ExportsAtHand {
  readonly atHand: readonly Export[];
  /** The only one that was asked for. */
  readonly named?: string;
  /** Exports behind gaps that are let go. */
  readonly acceptGaps: readonly string[];
}

/** What a run belongs to that reads exports: they may stand anywhere, but are of one table. */
export const sourceOfExports = ({ table }: Pick<Export, "table">): string => `export:${table.arn}`;

const isWindow = ({ from }: Export): boolean => from !== undefined;
const latest = (exports: readonly Export[]): Export | undefined => [...exports].sort(byEnd).at(-1);
const byEnd = (a: Export, b: Export): number => a.to.getTime() - b.to.getTime() || (a.id < b.id ? -1 : 1);
const endOf = (applied: readonly AppliedExport[]): Date | undefined => applied.at(-1)?.to;

/**
 * The newest full export to begin with; then the windows that begin where what was applied ends, or before it, the one that
 * ends first; a newer full one where they do not lead as far as that. Undefined where nothing at hand is newer. Throws
 * MigrationError `export-gap` and `export-unfit`.
 */
export function nextExport(
  applied: readonly AppliedExport[],
  { atHand, named, acceptGaps }: ExportsAtHand,
): AppliedExport | undefined {
  const end = endOf(applied);
  sameTable(applied, atHand);
  if (end === undefined) {
    const full = latest(atHand.filter((each) => !isWindow(each)));
    if (full !== undefined) return full;
    throw atHand.length === 0 ? noExport() : noFull(atHand);
  }
  const newer = atHand.filter(({ to }) => to > end);
  const windows = newer
    .flatMap((each) => (each.from === undefined ? [] : [{ ...each, from: each.from }]))
    // Of the same end the one that was made last: what was made once more was damaged, or lost.
    .sort((a, b) => a.to.getTime() - b.to.getTime() || (a.id < b.id ? 1 : -1));
  const [first] = windows.filter(({ from }) => from.getTime() === end.getTime());
  const full = latest(newer.filter((each) => !isWindow(each)));
  const next = first ?? windows.find(({ from }) => from < end);
  if (full !== undefined && reachOf(windows, end) < full.to) return full;
  if (next !== undefined) return next;
  const [behind] = windows.sort((a, b) => a.from.getTime() - b.from.getTime());
  if (behind === undefined) {
    refuseOlder(applied, atHand, named, end);
    return undefined;
  }
  const gap = { from: end, to: behind.from };
  if (!acceptGaps.includes(behind.id)) throw gapBefore(behind, gap);
  return { ...behind, gap };
}

/** How far windows lead without a gap, given by their ends. */
const reachOf = (windows: readonly Span[], end: Date): Date =>
  windows.reduce((reach, { from, to }) => (from <= reach ? to : reach), end);

/** The window that a run applies now, or has applied last; undefined where that was a full export, or none. */
export function windowIn({ exports }: { readonly exports: readonly AppliedExport[] }): AppliedExport | undefined {
  const last = exports.at(-1);
  return last?.from === undefined ? undefined : last;
}

/**
 * Whether what a window says of before is what was read before it: it begins where that ends. One that begins earlier says what was there
 * earlier, and behind a gap nobody knows.
 */
export function isComparable(applied: readonly AppliedExport[], window: AppliedExport): boolean {
  const isWhole = [...applied, window].every(({ gap }) => gap === undefined);
  return window.images === "new and old" && isWhole && endOf(applied)?.getTime() === window.from?.getTime();
}

function sameTable([first]: readonly AppliedExport[], atHand: readonly Export[]): void {
  if (first === undefined) return;
  const other = atHand.find(({ table }) => table.id !== first.table.id);
  if (other === undefined) return;
  const problem = `export ${other.id} is of another table of that name: one was deleted, and made anew, since export ${first.id}`;
  throw new MigrationError("export-unfit", problem, "take the run back with rollback, and migrate the new table anew");
}

const request = (table: Export["table"], options: string): string =>
  `aws dynamodb export-table-to-point-in-time --table-arn ${shell(table.arn)} --s3-bucket BUCKET --export-format DYNAMODB_JSON${options}`;

const noExport = (): MigrationError =>
  new MigrationError(
    "export-unfit",
    "there is no export",
    "name where one stands: --source export:DIR or --source s3://BUCKET/PREFIX",
  );

function noFull(atHand: readonly Export[]): MigrationError {
  const [first] = atHand;
  const problem = "what is there tells of changes only, and of no table they were made to";
  const remedy =
    first === undefined
      ? "name a full export, too"
      : `begin with a full export, until it stands there, too: ${request(first.table, "")}`;
  return new MigrationError("export-unfit", problem, remedy);
}

const seconds = (at: Date): string => String(Math.floor(at.getTime() / 1000));

/** What AWS takes for a window, in milliseconds. */
const WINDOW = { least: 15 * 60_000, most: 24 * 3_600_000 };

function gapBefore({ id, table }: Export, gap: Span): MigrationError {
  // One that begins earlier holds the state at its end, too; a longer gap takes several.
  const from = new Date(Math.min(gap.from.getTime(), gap.to.getTime() - WINDOW.least));
  const to = new Date(Math.min(gap.to.getTime(), Math.floor(from.getTime() / 1000) * 1000 + WINDOW.most));
  const problem = `no export tells what has changed from ${gap.from.toISOString()} to ${gap.to.toISOString()}, before that of export ${id}`;
  const times = `ExportFromTime=${seconds(from)},ExportToTime=${seconds(to)},ExportViewType=NEW_AND_OLD_IMAGES`;
  const window = ` --export-type INCREMENTAL_EXPORT --incremental-export-specification ${times}`;
  return new MigrationError(
    "export-gap",
    problem,
    `export that time: ${request(table, window)}, and migrate it first; or go on without it: migrate --accept-gap ${id}`,
  );
}

/** Whoever named it meant something by it. */
function refuseOlder(
  applied: readonly AppliedExport[],
  atHand: readonly Export[],
  named: string | undefined,
  end: Date,
): void {
  const old = atHand.find(({ id }) => id === named);
  if (old === undefined || applied.some(({ id }) => id === old.id)) return;
  const problem = `export ${old.id} ends at ${old.to.toISOString()}, and what was applied at ${end.toISOString()}`;
  const { from = old.to } = old;
  const behind = applied.find(({ gap }) => gap !== undefined && from < gap.to && gap.from < old.to);
  const remedy =
    behind === undefined
      ? "nothing is to be done: it tells nothing that is newer; name a later one"
      : `what was let go before export ${behind.id} comes with a full export, and with nothing else: ${request(old.table, "")}`;
  throw new MigrationError("export-unfit", problem, remedy);
}
