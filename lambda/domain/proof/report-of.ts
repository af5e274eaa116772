/** Mapping and evidence → the report of a pass: its verdict follows from them and from nothing else (I9). */
import type { Mapping } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { overlapWith, type Span } from "../chain.ts";
import { addSums, emptySum, formatSum } from "../decode/fingerprint.ts";
import type { Finding } from "../migration-error.ts";
import { must } from "../must.ts";
import { causesOf } from "./causes.ts";
import { checkRecount } from "./check-source.ts";
import { facetSums } from "./check-tables.ts";
import { compare } from "./compare.ts";
import type { Evidence } from "./discrepancy.ts";
import type { ExportFacts } from "./exports.ts";
import { idleIgnores } from "./idle-ignores.ts";
import { needsDecision, quarantineOf } from "./pending.ts";
import {
  type ExportReport,
  type Flow,
  FORMAT_VERSION,
  type PhaseTime,
  type Report,
  type ReportHeader,
  type TimeSpan,
} from "./report.ts";
import { upperBound } from "./spot-check.ts";
import { entityNames, facetKey, NO_COUNTS, NO_ENTITY, totalCounts } from "./tally.ts";
import { shapeOf } from "./target-shape.ts";
import { unreadValues } from "./unread.ts";

/** The report of a pass that ended: the verdict follows from the evidence and from nothing else. */
export function reportOf(mapping: Mapping, header: ReportHeader, evidence: Evidence): Report {
  const { tally, ledger, content, relations, heldBack } = evidence;
  const discrepancies = compare(mapping, evidence);
  const { foreignKeys } = relations;
  const causes = causesOf(discrepancies, { foreignKeys, heldBack, tables: content.tables });
  const accepted = ledger.waiting.filter(needsDecision).reduce((sum, group) => sum + group.accepted, 0);
  const counts = (name: string) => own(tally.entities, name);
  const names = [...entityNames(mapping), ...(counts(NO_ENTITY) === undefined ? [] : [NO_ENTITY])];
  const rows = content.tables.reduce((sum, { keys }) => sum + keys, 0);
  return {
    formatVersion: FORMAT_VERSION,
    verdict: discrepancies.length === 0 ? "verified" : "discrepant",
    ...header,
    ...(evidence.exports === undefined
      ? {}
      : { exports: evidence.exports.map((each, at, all) => exportReport(each, all[at - 1])) }),
    phases: phasesOf(header, tally.read, rows),
    totals: {
      ...{ tables: mapping.tables.length, rows, foreignKeys: foreignKeys.length, problems: causes.length },
    },
    items: { ...totalCounts(tally), read: tally.read },
    flow: flowOf(mapping, tally),
    schema: shapeOf(mapping),
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
    foreignKeys: foreignKeys.map(({ missing, ...key }) => ({
      ...key,
      missing: { count: missing.count, first: missing.first.slice(0, MOST_MISSING) },
    })),
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
    causes,
    ...(accepted === 0 ? {} : { accepted, letGo: ledger.letGo }),
    timings: header.timings,
  };
}

function exportReport(each: ExportFacts, before: ExportFacts | undefined): ExportReport {
  const { id, place, images, records, from, to, gap, changes, faults } = each;
  const overlap = before === undefined ? undefined : overlapWith(before, each);
  return {
    ...{ id, place, records, to: to.toISOString(), faults: faults.length },
    ...(from === undefined ? {} : { from: from.toISOString() }),
    ...(images === undefined ? {} : { images }),
    ...(gap === undefined ? {} : { gap: timeSpan(gap) }),
    ...(overlap === undefined ? {} : { overlap: timeSpan(overlap) }),
    ...(changes === undefined ? {} : { changes: { ...changes, differing: changes.differing.count } }),
  };
}

const timeSpan = ({ from, to }: Span): TimeSpan => ({ from: from.toISOString(), to: to.toISOString() });

const noItem = (entity: string): Finding => ({
  where: entity,
  problem: "the source has no such item",
  remedy: "look at its template, or at what the items in question count as",
});

/** The report of a pass that has not ended: what was counted so far, and no claim. */
export function incompleteReport(mapping: Mapping, header: ReportHeader, tally: Evidence["tally"]): Report {
  return {
    formatVersion: FORMAT_VERSION,
    verdict: "incomplete",
    ...header,
    phases: phasesOf(header, tally.read, 0),
    totals: { tables: mapping.tables.length, rows: 0, foreignKeys: 0, problems: 0 },
    items: { ...totalCounts(tally), read: tally.read },
    flow: flowOf(mapping, tally),
    schema: shapeOf(mapping),
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
    causes: [],
  };
}

/** A report names this many of the rows a foreign key misses; its causes name those that are referred to most. */
const MOST_MISSING = 20;

/** Of what is read by items, and of what is built and compared by rows. */
const phasesOf = ({ phases }: ReportHeader, items: number, rows: number): PhaseTime[] =>
  phases.map((each) =>
    each.phase === "copy" || each.phase === "repair"
      ? { ...each, count: items, of: "items" }
      : { ...each, count: rows, of: "rows" },
  );

function flowOf(mapping: Mapping, { given }: Evidence["tally"]): Flow[] {
  return entityNames(mapping).flatMap((entity) =>
    mapping.tables.flatMap((table) => {
      const facets = own(given, entity) ?? {};
      // A column that several parts give is no row beside that of its part.
      const parts = table.facets.filter(({ shared }) => shared !== true);
      const rows = parts.reduce((sum, facet) => sum + (own(facets, facetKey(table, facet)) ?? 0), 0);
      return rows === 0 ? [] : [{ entity, table: table.name, rows }];
    }),
  );
}
