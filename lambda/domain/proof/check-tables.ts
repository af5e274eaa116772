/** The checks of what the target holds: rows, their contents, their relations. */
import type { FacetModel, TableModel } from "../../mapping/model.ts";
import { emptySum, type FingerprintSum, sameSum } from "../decode/fingerprint.ts";
import { must } from "../must.ts";
import {
  BROKEN_CHECK,
  counted,
  type Discrepancy,
  type Evidence,
  found,
  MISSING_COPY,
  MISSING_PARENT,
  MISSING_PART,
  RUN_AGAIN,
  SHARED_VALUE,
  STALE_REPEAT,
} from "./discrepancy.ts";
import type { Example, RelationFacts, TableContent } from "./evidence.ts";
import { facetKey } from "./tally.ts";

/** What a facet has to hold, and what it holds: nothing is said of two facets by their total, in which a swap cancels out. */
export interface FacetSums {
  readonly columns: readonly string[];
  /** How a report calls it: by the columns it alone gives. */
  readonly name: string;
  readonly expected: FingerprintSum;
  readonly actual: FingerprintSum;
}

export const facetSums = (
  table: TableModel,
  expected: Readonly<Record<string, FingerprintSum>>,
  actual: TableContent,
): FacetSums[] =>
  table.facets.map((facet) => ({
    columns: facet.columns.map(({ name }) => name),
    name: facetName(table, facet),
    expected: expected[facetKey(table, facet)] ?? emptySum,
    actual: actual.facets[facet.index] ?? emptySum,
  }));

function facetName({ primaryKey }: TableModel, { columns }: FacetModel): string {
  const own = columns.filter((column) => !primaryKey.some(({ name }) => name === column.name));
  return (own.length === 0 ? primaryKey : own).map(({ name }) => name).join(", ");
}

export const differs = ({ expected, actual }: FacetSums): boolean => !sameSum(expected, actual);

/** Counts and content: as many rows as the ledger holds, and every column of every row as it was decoded. */
export function checkTable(table: TableModel, { tally, content }: Evidence): Discrepancy[] {
  const actual = must(
    content.tables.find((each) => each.table === table.name),
    `the contents of ${table.name} were asked for`,
  );
  const discrepancies: Discrepancy[] = [];
  for (const facet of table.facets) {
    const key = facetKey(table, facet);
    const [decoded, written] = [tally.facets[key] ?? emptySum, content.seen[key] ?? emptySum];
    if (!sameSum(decoded, written)) {
      const part = table.facets.length > 1 ? ` of ${facetName(table, facet)}` : "";
      const problem = `${decoded.count} contributions${part} were decoded, but the ledger holds ${written.count}, or others`;
      discrepancies.push(
        found("content", table.name, problem, RUN_AGAIN, Math.max(1, Math.abs(decoded.count - written.count))),
      );
    }
  }
  const expectedRows = actual.keys;
  if (expectedRows !== actual.rows) {
    const problem = `${counted(expectedRows, "row", "rows")} expected, ${actual.rows} found`;
    discrepancies.push({
      ...found(
        "counts",
        table.name,
        problem,
        "run repair: it reads the items of the rows named again, and writes what is missing",
        Math.abs(expectedRows - actual.rows),
        actual.differences.missing.examples,
      ),
      ...(expectedRows < actual.rows ? {} : { about: { kind: "rows missing", table: table.name } }),
    });
  }
  const { doubled } = actual;
  if (doubled > 0) {
    const problem = `${counted(doubled, "contribution holds", "contributions hold")} a row that another one holds, too`;
    const remedy =
      "a row was removed here and given by another item since: correct one of the items in the source, and run migrate";
    discrepancies.push(found("counts", table.name, problem, remedy, doubled));
  }
  if (actual.created && actual.foreignRows > 0) {
    const problem = `${counted(actual.foreignRows, "row is", "rows are")} there that this run did not write`;
    discrepancies.push(
      found(
        "counts",
        table.name,
        problem,
        "find out who writes to the table before the cut-over, remove what is not meant to be there, and run verify",
        actual.foreignRows,
        actual.differences.unexpected.examples,
      ),
    );
  }
  const wrong = facetSums(table, content.holding, actual).filter(differs);
  if (wrong.length > 0) {
    const { different } = actual.differences;
    const parts = table.facets.length > 1 ? ` in ${wrong.map(({ name }) => `(${name})`).join(" and in ")}` : "";
    const problem = `the rows do not hold what was decoded${parts}`;
    discrepancies.push({
      ...found(
        "content",
        table.name,
        problem,
        "run repair --force to write over them what the source holds, or find out who changed them",
        Math.max(1, different.count),
        different.examples,
      ),
      about: { kind: "rows differ", table: table.name, rows: different.count },
    });
  }
  if (actual.leftovers > 0) {
    const problem = `${counted(actual.leftovers, "row holds", "rows hold")} values that no item gave`;
    discrepancies.push(
      found(
        "content",
        table.name,
        problem,
        "find out who writes to the table before the cut-over, set those columns to NULL, and run verify",
        actual.leftovers,
      ),
    );
  }
  return discrepancies;
}

/** Relations: orphans, duplicates, NULLs, broken conditions; and that what forbids them from now on is there, as it was defined. */
export function checkRelations(facts: RelationFacts): Discrepancy[] {
  const { foreignKeys, duplicates, nulls, checks, indexes, missing, repeats, copies } = facts;
  const tell = (subject: string, problem: string, remedy: string, count = 0, examples: readonly Example[] = []) =>
    found("relations", subject, problem, remedy, Math.max(1, count), examples);
  return [
    ...foreignKeys
      .filter((key) => key.orphans > 0 || !key.validated)
      .map(({ table, columns, references, orphans, built, examples, reason }) => {
        const subject = `${table} (${columns.join(", ")}) → ${references}`;
        if (orphans === 0)
          return tell(
            subject,
            `the foreign key is not ${built ? "in force for every row" : "there"}${because(reason)}`,
            BUILD,
          );
        const problem = `${counted(orphans, "row points", "rows point")} to a row that is not there`;
        return {
          ...tell(subject, problem, MISSING_PARENT, orphans, examples),
          about: { kind: "orphans" as const, table, columns },
        };
      }),
    ...duplicates
      .filter(({ count, built }) => count > 0 || !built)
      .map(({ table, columns, count, examples, reason }) => {
        const subject = `${table} (${columns.join(", ")})`;
        if (count === 0) return tell(subject, `the unique constraint is not there${because(reason)}`, BUILD);
        const problem = `${count} rows share a value that must be unique`;
        return tell(subject, problem, SHARED_VALUE, count, examples);
      }),
    ...checks
      .filter(({ count, validated }) => count > 0 || !validated)
      .map(({ table, name, count, examples, reason }) => {
        const subject = `${table}, check ${name}`;
        if (count === 0) return tell(subject, `the check is not there for every row${because(reason)}`, BUILD);
        const problem = `${counted(count, "row breaks", "rows break")} it`;
        return tell(subject, problem, BROKEN_CHECK, count, examples);
      }),
    ...repeats.map(({ table, column, references, of, count, examples }) => {
      const problem = `${counted(count, "row differs", "rows differ")} from ${of} of the row of ${references} that ${count === 1 ? "it points" : "they point"} to`;
      return tell(`${table} (${column})`, problem, STALE_REPEAT, count, examples);
    }),
    ...copies.map(({ table, expected, count, examples }) => {
      const problem = `${counted(count, "row is", "rows are")} given by fewer or more than ${expected} items`;
      return tell(table, problem, MISSING_COPY, count, examples);
    }),
    ...indexes
      .filter(({ built }) => !built)
      .map(({ table, columns, reason }) =>
        tell(`${table} (${columns.join(", ")})`, `the index is not there${because(reason)}`, BUILD),
      ),
    ...nulls.map(({ table, column, count, examples, reason }) => {
      const subject = `${table} (${column})`;
      if (count === 0) return tell(subject, `it is not NOT NULL${because(reason)}`, BUILD);
      const problem = `${counted(count, "row is", "rows are")} NULL where the mapping promises a value`;
      const about = { kind: "nulls" as const, table, column };
      return { ...tell(subject, problem, MISSING_PART, count, examples), about };
    }),
    ...missing.map(({ table, what, reason, statement }) => {
      const remedy = statement === undefined ? BUILD : `say ${statement}, then run repair`;
      return tell(table, `${what} is not as the schema says${because(reason)}`, remedy);
    }),
  ];
}

const because = (reason: string | undefined): string => (reason === undefined ? "" : `: ${reason}`);

const BUILD = "see to what the reason names, if one is given, and run repair: it builds what is not there";
