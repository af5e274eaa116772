/**
 * The exports of a table in one place are brought up to a moment: what was applied of them, or the newest full one at hand, is where it begins; whatever
 * is missing from there on is asked for. Nothing is waited for here, and nothing is kept: asked again for the same moment, it finds what it asked for.
 */
import {
  appliedUntil,
  type Covered,
  isWholeSecond,
  missingAfter,
  type Window,
  wholeSecond,
} from "../domain/export-windows.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { ExportedTable, ExportRequests, Images, RequestedExport, WantedExport } from "../ports/export-requests.ts";

export interface Exporting {
  readonly requests: ExportRequests;
  /** What is known to be applied, in this order, by the table's ARN. */
  applied(arn: string): Promise<readonly Covered[]>;
  /** From then on, or from where the export of that name ends, whatever was applied. */
  readonly since?: Date | string | undefined;
  /** A full one, whatever there is. */
  readonly full: boolean;
  /** Up to then, exclusive; as long as something is under way, up to where that leads, and otherwise until now. */
  readonly until?: Date | undefined;
  readonly images: Images;
  /** Whether it was asked for on this very occasion: then its failure is the end, and otherwise another one is asked for. */
  isOwn(failed: RequestedExport): boolean;
}

export interface Brought {
  /** To be said again by a process that asks for the same; without `since` it begins where exports do. */
  readonly until: Date;
  readonly since?: Date;
  /** Up to where they lead: beyond that, where no window is as short. */
  readonly leadsTo: Date;
  /** As they are applied, one after the other; what was applied before is not among them. */
  readonly exports: readonly RequestedExport[];
  /** Those of them that were asked for just now. */
  readonly asked: readonly RequestedExport[];
  /** When another one can be asked for: no window is in the future. */
  readonly ripeAt?: Date;
  /** Whether all of them are there, and none is to be asked for. */
  readonly isThere: boolean;
}

type Windowed = RequestedExport & Window;

const isWindow = (each: RequestedExport): each is Windowed => each.from !== undefined;
const isUsable = ({ state }: RequestedExport): boolean => state !== "failed";
const same = (one: Date | undefined, other: Date | undefined): boolean => one?.getTime() === other?.getTime();

export async function exportUntil(exporting: Exporting): Promise<Brought> {
  const { requests, full } = exporting;
  const table = await requests.look();
  const since = typeof exporting.since === "string" ? await endOf(requests, table, exporting.since) : exporting.since;
  const begun = full ? undefined : (since ?? appliedUntil(await exporting.applied(table.arn)));
  const { there, base } = await atHand(exporting, table, begun);
  const begins = begun ?? base?.to;
  const windows = there.filter(isUsable).filter(isWindow);
  const beyond = begins === undefined ? [] : windows.filter(({ to }) => to > begins);
  const until = untilOf(exporting, table, base === undefined ? beyond : [base, ...beyond]);
  checkTimes(table, { since, begun, until });
  const missing = begins === undefined || full ? undefined : missingAfter(begins, windows, until);
  const wanted: readonly Covered[] = missing?.windows ?? (base === undefined ? [{ to: until }] : []);
  const asked = await askFor(
    exporting,
    table,
    wanted.filter(({ to }) => to <= table.now),
    there,
  );
  const [unripe] = wanted.filter(({ to }) => to > table.now);
  const leadsTo = missing?.leadsTo ?? until;
  const exports = [...(base === undefined ? [] : [base]), ...(missing?.used ?? []), ...asked].toSorted(
    (one, other) => one.to.getTime() - other.to.getTime(),
  );
  const isThere = unripe === undefined && exports.every(({ state }) => state === "there");
  const said = begun === undefined ? { until } : { until, since: begun };
  return { ...said, leadsTo, exports, asked, isThere, ...(unripe === undefined ? {} : { ripeAt: unripe.to }) };
}

/** The newest first, back to what was applied or, where nothing was, to a full one that all that followed can still be had for. */
async function atHand({ requests, full, until }: Exporting, table: ExportedTable, begun: Date | undefined) {
  const there: RequestedExport[] = [];
  for await (const each of requests.list(table)) {
    // An export ends before it is begun: what was begun by then adds nothing.
    if (each.startedAt < (begun ?? table.reachesBackTo)) break;
    there.push(each);
    // Of one that was made within a second the windows that follow would tell a part twice.
    const isBeginning = isUsable(each) && !isWindow(each) && isWholeSecond(each.to) && each.to >= table.reachesBackTo;
    if (begun !== undefined || !isBeginning) continue;
    // Of one that is wanted in any case only that very one is another word for it.
    const isMeant = !full || (until === undefined ? each.state === "under way" : same(each.to, wholeSecond(until)));
    if (isMeant) return { there, base: each };
  }
  return { there, base: undefined };
}

function untilOf({ until, full }: Exporting, { now }: ExportedTable, there: readonly RequestedExport[]): Date {
  const underWay = there.filter(({ state, from }) => state === "under way" && (from === undefined || !full));
  const latest = underWay.reduce((last, { to }) => Math.max(last, to.getTime()), 0);
  return wholeSecond(until ?? (latest === 0 ? now : new Date(latest)));
}

async function endOf(requests: ExportRequests, table: ExportedTable, name: string): Promise<Date> {
  for await (const { id, state, to } of requests.list(table)) if (id === name && state !== "failed") return to;
  const problem = `AWS knows of no export ${name} of this table in this place`;
  throw new MigrationError("settings", problem, "correct --since or --bucket, or say since when: --since TIME");
}

interface Times {
  readonly since: Date | undefined;
  readonly begun: Date | undefined;
  readonly until: Date;
}

function checkTimes({ now, reachesBackTo }: ExportedTable, { since, begun, until }: Times): void {
  const refused = (problem: string, remedy: string): MigrationError => new MigrationError("settings", problem, remedy);
  if (until > now)
    throw refused(
      `${until.toISOString()} is not over yet`,
      "say --until with a time that is, or leave it out: until now",
    );
  if (since !== undefined && since >= until)
    throw refused(
      `nothing is between ${since.toISOString()} and ${until.toISOString()}`,
      "correct --since and --until",
    );
  if (begun !== undefined && begun < until && begun < reachesBackTo)
    throw refused(
      `changes since ${begun.toISOString()} cannot be exported: point-in-time recovery reaches back to ${reachesBackTo.toISOString()}`,
      "begin anew with a full export: --full",
    );
}

/** The newest first: should this end in between, it says up to where, and the others follow from that. */
async function askFor(
  { requests, images, isOwn }: Exporting,
  table: ExportedTable,
  wanted: readonly Covered[],
  there: readonly RequestedExport[],
): Promise<readonly RequestedExport[]> {
  const wishes = wanted.map((each): WantedExport & { readonly failures: readonly RequestedExport[] } => {
    const failures = there.filter(
      ({ state, from, to }) => state === "failed" && same(from, each.from) && same(to, each.to),
    );
    return { ...each, images, failed: failures.length, failures };
  });
  const findings = wishes.flatMap(({ failures }) => failures.filter(isOwn).flatMap(({ fault }) => fault ?? []));
  if (findings.length > 0)
    throw new MigrationError("source-unusable", "an export has failed", "see each finding, then ask again", {
      findings,
    });
  const asked: RequestedExport[] = [];
  for (const { failures: _, ...wish } of wishes.toReversed()) asked.push(await requests.request(table, wish));
  return asked;
}
