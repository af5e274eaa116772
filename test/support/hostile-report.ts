/** A report that nobody wishes for, without a database: names that would be markup or turn the line around, of 63 characters, and 300 tables of them. */
import { NO_MAPPING } from "../../lambda/compose.ts";
import type { Cause } from "../../lambda/domain/proof/causes.ts";
import { found } from "../../lambda/domain/proof/discrepancy.ts";
import type { Report, TableReport } from "../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../lambda/domain/proof/report-of.ts";
import { EMPTY_TALLY } from "../../lambda/domain/proof/tally.ts";
import type { TableShape } from "../../lambda/domain/proof/target-shape.ts";
import { HEADER } from "./reports.ts";

export const LONG = "a_name_as_long_as_postgres_takes_any_which_is_63_characters_abc";
export const HOSTILE = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "&amp;&#60;b&#62;",
  "]]>--></style></title>{}|\\N",
  "\u202egnp.elif\u202c",
  "نص من اليمين",
  "日本語の表の名前",
  LONG,
] as const;

const name = (at: number): string => (at < HOSTILE.length ? (HOSTILE[at] ?? "") : `${LONG.slice(0, 59)}_${at}`);

const shape = (at: number): TableShape => ({
  ...{ name: name(at), schema: "public", comment: `what ${name(at)} is for`, primaryKey: ["id", name(at)] },
  columns: [
    { name: "id", type: "text", nullable: false },
    { name: name(at), type: "numeric(38, 9)", nullable: false },
    { name: "parent", type: "text", nullable: true },
  ],
  // Two of three hang together.
  foreignKeys:
    at === 0 || at % 3 === 0
      ? []
      : [{ name: `fk ${name(at)}`, columns: ["parent"], references: name(at - 1), referencedColumns: ["id"] }],
  uniques: [{ name: `unique ${name(at)}`, columns: [name(at)] }],
  indexes: [{ name: `index ${name(at)}`, columns: ["parent"], where: `"parent" <> '<b>'` }],
  checks: [{ name: `check ${name(at)}`, sql: `"id" < 'x' and "id" > '&'` }],
});

const sums = (at: number) => ({
  ...{ expectedRows: 1_000 + at, actualRows: at % 5 === 1 ? 999 : 1_000 + at },
  ...{ expectedFingerprint: "a".repeat(32), actualFingerprint: (at % 5 === 1 ? "b" : "a").repeat(32) },
});
const counted = (at: number): TableReport => ({
  ...{ name: name(at), ...sums(at), copies: at, superseded: 0, foreignRows: 3 * at },
  facets: [
    { columns: ["id", name(at)], ...sums(at) },
    { columns: ["parent"], ...sums(at) },
  ],
});

const sourceOf = (key: string): string => JSON.stringify({ PK: { S: `KEY#${key}` }, SK: { S: key } });

export function hostileReport(tables: number): Report {
  const all = Array.from({ length: tables }, (_, at) => at);
  const schema = all.map(shape);
  const orphan = (at: number) => ({ table: name(at), key: [name(at)], source: sourceOf(name(at)), parent: ["gone"] });
  const discrepancies = all
    .slice(0, 12)
    .flatMap((at) => [
      found("content", name(at), `${1_234 + at} rows do not hold what was decoded`, `mend ${name(at)}`, 3, [
        orphan(at),
      ]),
      { ...found("relations", name(at), `1 row of ${name(at)} points to nothing`, "mend it", 1, [orphan(at)]) },
    ]);
  const causes: Cause[] = discrepancies.map(({ subject, problem, remedy, count, examples }, at) => ({
    ...{ subject, problem, remedy, count, discrepancies: [at] },
    further: at,
    missing: [
      {
        ...{ table: subject, columns: ["id"], key: [`gone from ${subject}`], rows: 70_001 + at },
        source: sourceOf(subject),
        pointing: [{ table: subject, columns: ["parent"], rows: 70_001 + at, examples }],
      },
    ],
  }));
  const entities = all.map((at) => ({
    ...{ name: name(at), read: 2_000 + at, migrated: 1_900, unchanged: 0, ignored: at % 7, expired: 1, repeated: 0 },
    quarantined: at % 4,
  }));
  return {
    ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY),
    ...{ verdict: "discrepant", schema, entities, discrepancies, causes, tables: all.map(counted) },
    source: `file:/${HOSTILE.join("/")}`,
    items: { read: 61_234, migrated: 60_000, unchanged: 1, ignored: 2, expired: 3, quarantined: 4, repeated: 5 },
    totals: { tables, rows: 300_000, foreignKeys: 199, problems: causes.length },
    phases: [
      ...[{ phase: "copy" as const, count: 61_234, of: "items" as const }].map((each) => ({ ...each, ...FIRST })),
      ...[{ phase: "verify" as const, count: 300_000, of: "rows" as const }].map((each) => ({ ...each, ...SECOND })),
    ],
    flow: all.map((at) => ({ entity: name(at), table: name((at * 7) % tables), rows: 1_000 + at })),
    foreignKeys: schema.flatMap(({ name: table, foreignKeys }, at) =>
      foreignKeys.map(({ columns, references, referencedColumns }) => ({
        ...{ table, columns, references, referencedColumns, orphans: at % 2, built: true, validated: at % 2 === 0 },
        missing: { count: at % 2, first: [] },
        examples: at % 2 === 0 ? [] : [orphan(at)],
      })),
    ),
    quarantine: [],
    letGo: [
      {
        ...{ reason: "collision", entity: null, table: name(0), count: 2, rows: 3 },
        items: HOSTILE.map((key) => ({
          ...{ source: sourceOf(key), key: [key], holder: sourceOf(`holder ${key}`), accepted: `because ${key}` },
          acceptedAt: "2026-01-02T03:04:05.000Z",
        })),
      },
    ],
    spotChecks: {
      ...{ seed: 7, population: 61_000, sampled: 400, ofEach: 50, changed: 1, wrong: 0, upperBound: 0.058 },
      examples: [{ kind: "changed", detail: "the item was written to since it was read", source: sourceOf(name(1)) }],
    },
    accepted: 2,
  };
}

const FIRST = { startedAt: "2026-01-02T03:04:05.000Z", finishedAt: "2026-01-02T03:04:06.000Z" };
const SECOND = { startedAt: "2026-01-02T03:04:06.000Z", finishedAt: "2026-01-02T03:04:07.500Z" };
