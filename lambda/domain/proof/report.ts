/** Everything one pass found, in the one shape that is printed, stored, logged and read by machines. Fields are added, never renamed. */
import type { Mapping } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { addSums, emptySum, formatSum } from "../decode/fingerprint.ts";
import type { Finding } from "../migration-error.ts";
import { must } from "../must.ts";
import { checkRecount } from "./check-source.ts";
import { facetSums } from "./check-tables.ts";
import { compare } from "./compare.ts";
import type { Discrepancy, Evidence } from "./discrepancy.ts";
import type { ForeignKeyFacts } from "./evidence.ts";
import { idleIgnores } from "./idle-ignores.ts";
import { type LetGo, needsDecision, type QuarantineGroup, quarantineOf } from "./pending.ts";
import { type SpotFacts, upperBound } from "./spot-check.ts";
import { entityNames, type ItemCounts, NO_COUNTS, NO_ENTITY, totalCounts } from "./tally.ts";
import { unreadValues } from "./unread.ts";

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

export interface Report {
  readonly verdict: Verdict;
  readonly run: number;
  readonly pass: number;
  readonly source: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly items: ItemCounts;
  readonly entities: readonly (ItemCounts & { readonly name: string })[];
  readonly tables: readonly TableReport[];
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
  /** Items an operator has let go with a reason, which are no discrepancy. */
  readonly accepted?: number;
  /** What that is, for which reasons and since when. */
  readonly letGo?: readonly LetGo[];
  /** What a repair did before this proof was made. */
  readonly repaired?: RepairCounts;
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

export interface ReportHeader {
  readonly run: number;
  readonly pass: number;
  readonly source: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly timings: Readonly<Record<string, number>>;
}

/** The report of a pass that ended: the verdict follows from the evidence and from nothing else. */
export function reportOf(mapping: Mapping, header: ReportHeader, evidence: Evidence): Report {
  const { tally, ledger, content, relations } = evidence;
  const discrepancies = compare(mapping, evidence);
  const accepted = ledger.waiting.filter(needsDecision).reduce((sum, group) => sum + group.accepted, 0);
  const counts = (name: string) => own(tally.entities, name);
  const names = [...entityNames(mapping), ...(counts(NO_ENTITY) === undefined ? [] : [NO_ENTITY])];
  return {
    verdict: discrepancies.length === 0 ? "verified" : "discrepant",
    ...header,
    items: { ...totalCounts(tally), read: tally.read },
    entities: names.map((name) => ({ name, ...(counts(name) ?? NO_COUNTS) })),
    tables: mapping.tables.map((table) => {
      const actual = must(
        content.tables.find((each) => each.table === table.name),
        "every table was asked for",
      );
      const contested = (kind: string) =>
        ledger.waiting
          .filter((each) => each.table === table.name && each.reason === kind)
          .reduce((sum, { count }) => sum + count, 0);
      const facets = facetSums(table, content.holding, actual);
      const total = (which: "expected" | "actual") =>
        formatSum(facets.map((facet) => facet[which]).reduce(addSums, emptySum));
      return {
        name: table.name,
        expectedRows: actual.keys,
        actualRows: actual.created ? actual.rows + actual.foreignRows : actual.rows,
        expectedFingerprint: total("expected"),
        actualFingerprint: total("actual"),
        facets: facets.map(({ columns, expected, actual: is }) => ({
          columns,
          expectedRows: expected.count,
          actualRows: is.count,
          expectedFingerprint: formatSum(expected),
          actualFingerprint: formatSum(is),
        })),
        foreignRows: actual.created ? 0 : actual.foreignRows,
        copies: contested("copy"),
        superseded: contested("superseded"),
      };
    }),
    foreignKeys: relations.foreignKeys,
    quarantine: quarantineOf(ledger.waiting),
    unmapped: Object.entries(tally.unmapped).flatMap(([entity, { named }]) =>
      Object.entries(named).map(([attribute, each]) => ({ entity, attribute, ...each })),
    ),
    furtherUnmapped: Object.entries(tally.unmapped).flatMap(([entity, { beyond }]) =>
      beyond === undefined ? [] : [{ entity, ...beyond }],
    ),
    spotChecks: { ...evidence.spot, upperBound: upperBound(evidence.spot) },
    ...(evidence.recount === undefined
      ? {}
      : { recount: { items: evidence.recount.count, agrees: checkRecount(evidence).length === 0 } }),
    ignored: mapping.entities.flatMap(({ name, ignored }) => {
      const count = counts(name)?.ignored ?? 0;
      return ignored === undefined || count === 0 ? [] : [{ entity: name, reason: ignored, count }];
    }),
    findings: [
      ...mapping.entities.flatMap(({ name, ignored }) =>
        ignored !== undefined || counts(name) !== undefined ? [] : [noItem(name)],
      ),
      ...idleIgnores(mapping, (entity, name) => own(own(tally.ignored, entity) ?? {}, name) !== undefined),
      ...unreadValues(mapping),
    ],
    collapsed: Object.entries(tally.collapsed).flatMap(([entity, { named }]) =>
      Object.entries(named).map(([table, each]) => ({ entity, table, ...each })),
    ),
    ignoredAttributes: Object.entries(tally.ignored).flatMap(([entity, names]) =>
      Object.entries(names).map(([attribute, count]) => ({ entity, attribute, count })),
    ),
    discrepancies,
    ...(accepted === 0 ? {} : { accepted, letGo: ledger.letGo }),
    timings: header.timings,
  };
}

const noItem = (entity: string): Finding => ({
  where: entity,
  problem: "the source has no such item",
  remedy: "look at its template, or at what the items in question count as",
});

/** The report of a pass that has not ended: what was counted so far, and no claim. */
export function incompleteReport(mapping: Mapping, header: ReportHeader, tally: Evidence["tally"]): Report {
  return {
    verdict: "incomplete",
    ...header,
    items: { ...totalCounts(tally), read: tally.read },
    entities: entityNames(mapping).map((name) => ({ name, ...(own(tally.entities, name) ?? NO_COUNTS) })),
    tables: [],
    foreignKeys: [],
    quarantine: [],
    unmapped: [],
    spotChecks: {
      seed: 0,
      population: 0,
      sampled: 0,
      changed: 0,
      wrong: 0,
      examples: [],
      impossible: "the copy has not ended",
      upperBound: 1,
    },
    discrepancies: [],
  };
}
