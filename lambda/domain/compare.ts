/**
 * Evidence → discrepancies. Each check of the proof is one function that takes facts and returns what disagrees, with a
 * remedy; none returns silence for a fact it could not get, because facts are required by their types (I9).
 */
import type { Mapping, TableModel } from "../mapping/model.ts";
import type { ContentFacts, Example, LedgerFacts, RelationFacts, TableContent } from "./evidence.ts";
import { addSums, emptySum, type FingerprintSum, formatSum } from "./fingerprint.ts";
import { must } from "./must.ts";
import { facetKey, type ItemCounts, type Tally, totalCounts } from "./tally.ts";

export type Check = "accounting" | "counts" | "content" | "relations" | "completeness";

/** Something the proof found. `count` counts all of it, `examples` name some. */
export interface Discrepancy {
  readonly check: Check;
  readonly subject: string;
  readonly problem: string;
  readonly remedy: string;
  readonly count: number;
  readonly examples: readonly Example[];
}

export interface Evidence {
  readonly tally: Tally;
  readonly ledger: LedgerFacts;
  readonly content: ContentFacts;
  readonly relations: RelationFacts;
}

const found = (
  check: Check,
  subject: string,
  problem: string,
  remedy: string,
  count = 1,
  examples: readonly Example[] = [],
): Discrepancy => ({ check, subject, problem, remedy, count, examples });

const RUN_AGAIN = "run migrate again: a new pass reads and writes what is missing";

/** Every check of the proof, in the order of the report. */
export function compare(mapping: Mapping, evidence: Evidence): Discrepancy[] {
  return [
    ...checkAccounting(evidence),
    ...mapping.tables.flatMap((table) => checkTable(table, evidence)),
    ...checkRelations(evidence.relations),
    ...checkCompleteness(evidence),
  ];
}

const accounted = (counts: ItemCounts): number =>
  counts.migrated + counts.unchanged + counts.ignored + counts.expired + counts.quarantined;

/** Check 1: every item read is counted exactly once (I1). */
export function checkAccounting({ tally, ledger }: Evidence): Discrepancy[] {
  const entities = Object.entries(tally.entities).filter(([, counts]) => counts.read !== accounted(counts));
  const total = totalCounts(tally);
  const quarantined = ledger.quarantine.reduce((sum, { count }) => sum + count, 0);
  return [
    ...entities.map(([name, counts]) =>
      found(
        "accounting",
        name,
        `${counts.read} items read, but ${accounted(counts)} accounted for`,
        RUN_AGAIN,
        Math.abs(counts.read - accounted(counts)),
      ),
    ),
    ...(tally.read === total.read
      ? []
      : [
          found(
            "accounting",
            "all items",
            `${tally.read} items read from the source, but ${total.read} decoded`,
            RUN_AGAIN,
            Math.abs(tally.read - total.read),
          ),
        ]),
    ...(quarantined === total.quarantined
      ? []
      : [
          found(
            "accounting",
            "quarantine",
            `${total.quarantined} items counted as quarantined, but ${quarantined} are in quarantine`,
            RUN_AGAIN,
            Math.abs(quarantined - total.quarantined),
          ),
        ]),
  ];
}

/** Sums over the facets of a table. */
export function tableSum(table: TableModel, sums: Readonly<Record<string, FingerprintSum>>): FingerprintSum {
  return table.facets.reduce((sum, facet) => addSums(sum, sums[facetKey(table, facet)] ?? emptySum), emptySum);
}

/** Sums over the facets of a table as its rows really are. */
export function contentSum(content: TableContent): FingerprintSum {
  return Object.values(content.facets).reduce(addSums, emptySum);
}

const same = (a: FingerprintSum, b: FingerprintSum): boolean => a.count === b.count && formatSum(a) === formatSum(b);

/** Checks 2 and 3: as many rows as the ledger holds, and every column of every row as it was decoded. */
export function checkTable(table: TableModel, { tally, ledger, content }: Evidence): Discrepancy[] {
  const actual = must(
    content.tables.find((each) => each.table === table.name),
    `the contents of ${table.name} were asked for`,
  );
  const discrepancies: Discrepancy[] = [];
  for (const facet of table.facets) {
    const key = facetKey(table, facet);
    const [decoded, written] = [tally.facets[key] ?? emptySum, ledger.seen[key] ?? emptySum];
    if (!same(decoded, written)) {
      const problem = `${decoded.count} contributions were decoded, but the ledger holds ${written.count}, or others`;
      discrepancies.push(
        found("content", table.name, problem, RUN_AGAIN, Math.max(1, Math.abs(decoded.count - written.count))),
      );
    }
  }
  const expectedRows = ledger.keys[table.name] ?? 0;
  if (expectedRows !== actual.rows) {
    const problem = `${expectedRows} rows expected, ${actual.rows} found`;
    discrepancies.push(
      found(
        "counts",
        table.name,
        problem,
        "repair re-reads the rows named",
        Math.abs(expectedRows - actual.rows),
        actual.differences.missing.examples,
      ),
    );
  }
  if (actual.created && actual.foreignRows > 0) {
    const problem = `${actual.foreignRows} rows are there that this run did not write`;
    discrepancies.push(
      found(
        "counts",
        table.name,
        problem,
        "find out who writes to the table before the cut-over",
        actual.foreignRows,
        actual.differences.unexpected.examples,
      ),
    );
  }
  if (!same(tableSum(table, ledger.holding), contentSum(actual))) {
    const { different } = actual.differences;
    const problem = "the rows do not hold what was decoded";
    discrepancies.push(
      found(
        "content",
        table.name,
        problem,
        "compare the rows named with their items",
        Math.max(1, different.count),
        different.examples,
      ),
    );
  }
  if (actual.leftovers > 0) {
    const problem = `${actual.leftovers} rows hold values that no item gave`;
    discrepancies.push(
      found("content", table.name, problem, "find out who writes to the table before the cut-over", actual.leftovers),
    );
  }
  return discrepancies;
}

/** Check 4: orphans, duplicates, NULLs. */
export function checkRelations({ foreignKeys, duplicates, nulls }: RelationFacts): Discrepancy[] {
  return [
    ...foreignKeys
      .filter((key) => key.orphans > 0 || !key.validated)
      .map((key) => {
        const subject = `${key.table} (${key.columns.join(", ")}) → ${key.references}`;
        const problem =
          key.orphans > 0 ? `${key.orphans} rows point to a row that is not there` : "the foreign key is not validated";
        return found(
          "relations",
          subject,
          problem,
          "correct the items named, or make the column nullable and leave them out",
          Math.max(1, key.orphans),
          key.examples,
        );
      }),
    ...duplicates
      .filter(({ count, built }) => count > 0 || !built)
      .map(({ table, columns, count, examples }) => {
        const problem =
          count > 0 ? `${count} rows share a value that must be unique` : "the unique constraint is not there";
        return found(
          "relations",
          `${table} (${columns.join(", ")})`,
          problem,
          "correct the items named, or drop .unique()",
          Math.max(1, count),
          examples,
        );
      }),
    ...nulls
      .filter(({ count }) => count > 0)
      .map(({ table, column, count, examples }) =>
        found(
          "relations",
          `${table} (${column})`,
          `${count} rows are NULL where the mapping promises a value`,
          "find the item that gives this part of the row, or make the column .nullable()",
          count,
          examples,
        ),
      ),
  ];
}

/** Check 6: nothing unmapped, unmatched, contested, quarantined or stale. */
export function checkCompleteness({ tally, ledger }: Evidence): Discrepancy[] {
  const remedies = {
    collision: "two items give one row: correct one, or choose a .duplicates() policy",
    conflict: "copies of one row differ: correct the items named, or choose { latest: column }",
    "foreign-row": "a row of somebody else has this key: it was not overwritten",
  };
  return [
    ...Object.entries(tally.unmapped).flatMap(([entity, paths]) =>
      Object.entries(paths).map(([path, { count, example }]) =>
        found(
          "completeness",
          `${entity}.${path}`,
          `${count} items have it and no column takes it`,
          "read it, or declare it ignored",
          count,
          [{ source: example }],
        ),
      ),
    ),
    ...ledger.quarantine.map(({ reason, entity, count, examples }) =>
      found(
        "completeness",
        entity ?? "items of no entity",
        `${count} items are in quarantine: ${reason}`,
        examples[0]?.detail ?? "look into the quarantine",
        count,
        examples.map(({ source }) => ({ source })),
      ),
    ),
    ...ledger.contested.flatMap(({ table, kind, count, examples }) =>
      kind === "copy" || kind === "superseded"
        ? []
        : [
            found(
              "completeness",
              table,
              `${count} contributions do not hold their row: ${kind}`,
              remedies[kind],
              count,
              examples,
            ),
          ],
    ),
    ...ledger.stale.map(({ entity, items, rows, examples }) =>
      found(
        "completeness",
        entity,
        `${items} items left ${rows} rows behind that the source no longer gives`,
        "run migrate --prune to remove them",
        items,
        examples,
      ),
    ),
  ];
}
