/** Everything one pass found, in the one shape that is printed, stored, logged and read by machines. Fields are added, never renamed. */
import type { Finding } from "../migration-error.ts";
import type { Cause } from "./causes.ts";
import type { Discrepancy } from "./discrepancy.ts";
import type { ForeignKeyFacts } from "./evidence.ts";
import type { ChangeCounts } from "./exports.ts";
import type { LetGo, QuarantineGroup } from "./pending.ts";
import type { SpotFacts } from "./spot-check.ts";
import type { ItemCounts } from "./tally.ts";
import type { TableShape } from "./target-shape.ts";

/** `verified`: every check ran over all data and agreed. `refused`: nothing was begun. */
export type Verdict = "verified" | "discrepant" | "incomplete" | "refused";

/** Counts and fingerprints that have to agree. */
interface Sums {
  readonly expectedRows: number;
  readonly actualRows: number;
  readonly expectedFingerprint: string;
  readonly actualFingerprint: string;
}

/** The columns of a table that are written together, its key among them. */
export interface FacetReport extends Sums {
  readonly columns: readonly string[];
}

export interface TableReport extends Sums {
  readonly name: string;
  /** One, and in a merged table one for each part of a row. The table's own fingerprints are their sums. */
  readonly facets: readonly FacetReport[];
  /** Rows of others in a table the run did not make. */
  readonly foreignRows: number;
  /** Equal rows given by several items, and rows a later one replaced. */
  readonly copies: number;
  readonly superseded: number;
}

/** Whether a table holds what it has to, as far as counts and fingerprints tell: facet by facet. */
export const agrees = ({ facets, ...table }: TableReport): boolean =>
  table.expectedRows === table.actualRows &&
  facets.every(
    (facet) => facet.expectedRows === facet.actualRows && facet.expectedFingerprint === facet.actualFingerprint,
  );

/** Grows when a field no longer means what it meant; fields that are added change nothing. */
export const FORMAT_VERSION = 1;

/** A phase of the pass, from its beginning to the next one's; pauses between two invocations are part of it. */
export interface PhaseTime {
  readonly phase: "copy" | "repair" | "build" | "verify";
  /** RFC 3339. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What went through it: a rate is that by its time. */
  readonly count: number;
  readonly of: "items" | "rows";
}

/** Rows that the items of an entity gave to a table, copies and contested ones among them. */
export interface Flow {
  readonly entity: string;
  readonly table: string;
  readonly rows: number;
}

export type Consistency =
  /** RFC 3339. */
  { readonly kind: "point-in-time"; readonly at: string } | { readonly kind: "as read" };

/** RFC 3339. */
export interface TimeSpan {
  readonly from: string;
  readonly to: string;
}

/** An export as a report names it; times are RFC 3339. */
export interface ExportReport {
  readonly id: string;
  readonly place: string;
  readonly from?: string;
  readonly to: string;
  readonly images?: "new" | "new and old";
  readonly records: number;
  /** Time before its window that no export covers, let go by name. */
  readonly gap?: TimeSpan;
  /** Time that the one before it tells of, too: an item that came in it, and went before the window's end, is in neither as gone. */
  readonly overlap?: TimeSpan;
  readonly changes?: Omit<ChangeCounts, "differing"> & { readonly differing: number };
  /** Files that were not what their manifest says. */
  readonly faults: number;
}

export interface Report {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly toolVersion: string;
  readonly verdict: Verdict;
  readonly run: number;
  readonly pass: number;
  readonly source: string;
  /**
   * The source as of one moment, or each item as it was when it was read.
   */
  readonly consistency: Consistency;
  /** Those that were applied, in their order: a full one, and windows of changes. */
  readonly exports?: readonly ExportReport[];
  /** HOST:PORT/DATABASE: no user and no password. */
  readonly target: string;
  /** The mapping's fingerprint. */
  readonly mapping: string;
  /** RFC 3339: when the pass began, and when this was found. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly phases: readonly PhaseTime[];
  readonly totals: {
    readonly tables: number;
    readonly rows: number;
    readonly foreignKeys: number;
    readonly problems: number;
  };
  readonly items: ItemCounts;
  readonly entities: readonly (ItemCounts & { readonly name: string })[];
  /** From entity to table. */
  readonly flow: readonly Flow[];
  readonly tables: readonly TableReport[];
  /** What the mapping says the target is. */
  readonly schema: readonly TableShape[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  readonly quarantine: readonly QuarantineGroup[];
  readonly unmapped: readonly {
    readonly entity: string;
    readonly attribute: string;
    readonly count: number;
    readonly example: string;
  }[];
  /** Of entities with more names than are told apart, how often items have one of the others. */
  readonly furtherUnmapped?: readonly { readonly entity: string; readonly count: number; readonly example: string }[];
  readonly spotChecks: SpotFacts & {
    /** With 95 % confidence at most this share of any entity's items is wrong, where the sample showed none. */
    readonly upperBound: number;
  };
  /** Items a second reading of the source gave, where one was asked for. */
  readonly recount?: { readonly items: number; readonly agrees: boolean };
  /** Kinds of items that were left behind on purpose, and why. */
  readonly ignored?: readonly { readonly entity: string; readonly reason: string; readonly count: number }[];
  /** Rows that equal another row of the same item and became one with it: equal elements of a list, most of all. */
  readonly collapsed?: readonly {
    readonly entity: string;
    readonly table: string;
    readonly count: number;
    readonly example: string;
  }[];
  /** Attributes that were left behind on purpose, and how many items have them. */
  readonly ignoredAttributes?: readonly {
    readonly entity: string;
    readonly attribute: string;
    readonly count: number;
  }[];
  /** What is no fault and may still be a mistake. */
  readonly findings?: readonly Finding[];
  readonly discrepancies: readonly Discrepancy[];
  /** What those come from: every one of them belongs to a cause. */
  readonly causes: readonly Cause[];
  /** Items an operator has let go with a reason, which are no discrepancy. */
  readonly accepted?: number;
  /** What that is, for which reasons and since when. */
  readonly letGo?: readonly LetGo[];
  /** What a repair did before this proof was made. */
  readonly repaired?: RepairCounts;
  /** Since when the rows are the application's: what it has written is a difference, and no remedy of a run mends it. */
  readonly sealedAt?: string;
  /** Milliseconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}

/** What became of the damage a repair found. */
export interface RepairCounts {
  /** Rows written as the source has them. */
  readonly rows: number;
  /** Items that have left quarantine. */
  readonly released: number;
  /** Items that are in quarantine still. */
  readonly refused: number;
  /** Items that hold something else by now, or are gone from the source: a new pass takes them. */
  readonly changed: number;
  /** Rows that were changed here since they were written, and left alone. */
  readonly left: number;
}

export const NOTHING_REPAIRED: RepairCounts = { rows: 0, released: 0, refused: 0, changed: 0, left: 0 };

export const addRepairs = (a: RepairCounts, b: RepairCounts): RepairCounts => ({
  rows: a.rows + b.rows,
  released: a.released + b.released,
  refused: a.refused + b.refused,
  changed: a.changed + b.changed,
  left: a.left + b.left,
});

/** As a report has it. */
export const sealing = ({ sealedAt }: { readonly sealedAt?: Date }): Pick<Report, "sealedAt"> =>
  sealedAt === undefined ? {} : { sealedAt: sealedAt.toISOString() };

/** Whose report it is. `phases` are counted when the evidence is there. */
export interface ReportHeader
  extends Pick<
    Report,
    | "run"
    | "pass"
    | "source"
    | "consistency"
    | "target"
    | "mapping"
    | "toolVersion"
    | "startedAt"
    | "finishedAt"
    | "sealedAt"
    | "timings"
  > {
  readonly phases: readonly Omit<PhaseTime, "count" | "of">[];
}
