/** A report → what is told of it, section by section: what to do something about first, and last what agrees. The same words wherever they are read. */

import type { Finding } from "../../domain/migration-error.ts";
import { agrees, type FacetReport, type PhaseTime, type Report, type TableReport } from "../../domain/proof/report.ts";
import { numeral as count } from "../../domain/proof/summary.ts";
import { visible } from "../../domain/visible.ts";
import { checks } from "./checks.ts";
import { keyText } from "./key-text.ts";
import { example, type Most, problems, withMore } from "./problems.ts";
import type { Cells, Section, Statement } from "./statement.ts";
import { between, durationText, momentText } from "./time-text.ts";

/** In the order in which they are told; those of which there is nothing to tell are empty. */
export function sectionsOf(report: Report, most: Most) {
  const { tables: list, phases } = report;
  const told = (title: string, statements: readonly Statement[]): Section => ({ title, statements });
  const shown = (title: string, cells: Cells): Section => ({ title, statements: [], cells });
  return {
    repair: told("Repair", repaired(report)),
    problems: { ...told("Problems", problems(report, most)), numbered: true },
    differing: shown("Tables that do not agree", differing(report)),
    broken: shown("Foreign keys that do not hold", broken(report)),
    letGo: told("Let go, by an operator's decision", letGo(report, most)),
    findings: told("Worth a look", (report.findings ?? []).map(finding)),
    entities: shown("Entities", entities(report)),
    tables: shown(list.every(isSame) ? "Tables" : "Tables that agree", tables(report)),
    checks: shown("Checks", list.length === 0 ? { header: [], rows: [] } : checks(report)),
    leftBehind: told("Left behind, as declared", [
      ...(report.ignored ?? []).map(({ entity, reason, count: total }) => ({
        says: `${entity}: ${count(total)}, ${reason}`,
      })),
      ...ignoredAttributes(report),
    ]),
    exports: shown("Exports", exports(report)),
    collapsed: told("Equal rows of one item", collapsed(report.collapsed ?? [])),
    time: told(
      "Time",
      phases.length === 0
        ? []
        : [{ says: phases.map((each) => (each.phase === "copy" ? phaseText(each) : tookText(each))).join(" · ") }],
    ),
  } as const satisfies Record<string, Section>;
}

/** Where it went, when, and by what. */
export function whereAndWhen({ target, startedAt, finishedAt, phases, toolVersion, mapping }: Report): string {
  const [first, again] = phases.filter(({ phase }) => phase === "verify");
  const end = again === undefined ? finishedAt : (first?.finishedAt ?? finishedAt);
  const took = durationText(Math.max(0, between(startedAt, end)));
  const anew = again === undefined ? "" : `, proven again ${momentText(finishedAt)} UTC`;
  return `into ${target}, ${momentText(startedAt)} UTC, ${took}${anew}; ddb2pg ${toolVersion}, mapping ${mapping.slice(0, 12)}`;
}

const letGo = ({ letGo: groups = [] }: Report, most: Most): Statement[] =>
  groups.map(({ reason, entity, table, count: total, rows, items }) => ({
    says: `${table ?? entity ?? "items of no entity"}: ${reason}, ${count(total)}`,
    below: [
      ...(rows === 0
        ? []
        : [
            {
              says: `${count(rows)} ${rows === 1 ? "row of an earlier pass stays" : "rows of an earlier pass stay"}, until migrate --prune`,
            },
          ]),
      ...withMore(
        items.slice(0, most.letGo).flatMap(({ source, key, holder, accepted: why, acceptedAt }) =>
          example({ source, holder, ...(key === null ? {} : { key }) }).map((each) => ({
            ...each,
            below: [...(each.below ?? []), { says: `${why} (${acceptedAt})` }],
          })),
        ),
        total,
      ),
    ],
  }));

/** In the order they were applied in. */
function exports({ exports: list = [] }: Report): Cells {
  return {
    header: ["export", "from", "to (UTC)", "records", "put", "removed", "unknown"],
    rows: list.map(({ id, from, to, records, changes }) => [
      ...[id, from === undefined ? "all" : momentText(from), momentText(to), count(records)],
      ...(changes === undefined
        ? ["", "", ""]
        : [changes.put, changes.removed, changes.unknown].map((each) => count(each))),
    ]),
  };
}

export const finding = ({ where, problem, remedy }: Finding): Statement => ({ says: `${where}: ${problem}`, remedy });

/** Said of rows that are no more, as a report and `check` say it. */
export const collapsed = (list: NonNullable<Report["collapsed"]>): Statement[] =>
  list.map(({ entity, table, count: total, example: source }, at) => {
    const gave = total === 1 ? "1 equal element gave no row" : `${count(total)} equal elements gave no row`;
    const says = `${entity} → ${table}: ${gave} of its own, e.g. in ${keyText(source)}`;
    // Said once, of all of them.
    if (at < list.length - 1) return { says };
    return {
      says,
      remedy: "where it matters how many there are, keep them apart: by their position, in the primary key",
    };
  });

/** One line for each kind of item; what all of its items have is said once. */
function ignoredAttributes({ ignoredAttributes: list = [] }: Report): Statement[] {
  return [...Map.groupBy(list, ({ entity }) => entity)].map(([entity, names]) => {
    const told = names.map(({ attribute, count: total }) => `${attribute} (${count(total)})`);
    return { says: visible(`${entity}, attributes: ${told.join(", ")}`) };
  });
}

const tookText = ({ phase, startedAt, finishedAt }: PhaseTime): string =>
  `${phase} ${durationText(between(startedAt, finishedAt))}`;

/** How long a phase took, and how much of what went through it a second. */
export function phaseText(each: PhaseTime): string {
  const took = between(each.startedAt, each.finishedAt);
  const { count: done, of } = each;
  const rate = took > 0 && done > 0 ? `, ${count(Math.round((done / took) * 1000))} ${of} a second` : "";
  return `${tookText(each)}${rate}`;
}

/** What no item of any entity came to is no column. */
function entities({ entities: list }: Report): Cells {
  const always = ["read", "migrated"] as const;
  const sometimes = (["unchanged", "ignored", "expired", "quarantined", "repeated"] as const).filter((fate) =>
    list.some((each) => each[fate] > 0),
  );
  const columns = [...always, ...sometimes];
  return {
    header: ["", ...columns],
    rows: list.map((each) => [each.name, ...columns.map((column) => each[column])]),
  };
}

const digits = (fingerprint: string): string => fingerprint.slice(0, 16);
const sameFingerprint = ({ expectedFingerprint, actualFingerprint }: FacetReport | TableReport): boolean =>
  expectedFingerprint === actualFingerprint;
/** Whether nothing is to be said of a table. */
export const isSame = (table: TableReport): boolean => agrees(table) && sameFingerprint(table);

/** A line for each table that is as it should be, and for each part of it where it has several. */
function tables({ tables: list, foreignKeys }: Report): Cells {
  const rows = list.filter(isSame).map((table) => {
    const keys = foreignKeys.filter((key) => key.table === table.name).length;
    const apart = [...(keys > 0 ? [`${keys} foreign ${keys === 1 ? "key" : "keys"}`] : []), ...apartOf(table)];
    return [table.name, table.actualRows, digits(table.actualFingerprint), "same", apart.join(", ")];
  });
  return { header: ["", "rows", "fingerprint", "", ""], rows };
}

/** What a table holds, or was given, beside the rows that are counted. */
export const apartOf = ({ copies, superseded, foreignRows }: TableReport): string[] => [
  ...(copies > 0 ? [`${count(copies)} copies`] : []),
  ...(superseded > 0 ? [`${count(superseded)} superseded`] : []),
  ...(foreignRows > 0 ? [`${count(foreignRows)} rows of others`] : []),
];

/** Parts that hold each other's values have one sum together: a table of which a part differs is shown part by part. */
function differing({ tables: list }: Report): Cells {
  const wrong = list.filter((table) => !isSame(table));
  const line = (name: string, sums: FacetReport | TableReport) => [
    ...[name, sums.expectedRows, sums.actualRows, digits(sums.expectedFingerprint), digits(sums.actualFingerprint)],
  ];
  const rows = wrong.flatMap((table) => [
    line(table.name, table),
    ...(table.facets.length > 1 ? table.facets.map((facet) => line(`  (${facet.columns.join(", ")})`, facet)) : []),
  ]);
  return { header: ["", "expected", "found", "fingerprint expected", "found"], rows };
}

const broken = ({ foreignKeys }: Report): Cells => ({
  header: ["", "references", "orphans", ""],
  rows: foreignKeys
    .filter(({ orphans, validated }) => orphans > 0 || !validated)
    .map(({ table, columns, references, orphans, validated }) => [
      ...[`${table} (${columns.join(", ")})`, references, orphans],
      validated ? "validated" : "NOT VALID",
    ]),
});

function repaired({ repaired: counts }: Report): Statement[] {
  if (counts === undefined) return [];
  const { rows, released, refused, changed, left } = counts;
  const lines: [number, string][] = [
    [rows, `${rows === 1 ? "row" : "rows"} written as the source has ${rows === 1 ? "it" : "them"}`],
    [released, `${released === 1 ? "item" : "items"} out of quarantine`],
    [refused, `${refused === 1 ? "item" : "items"} in quarantine still`],
    [changed, "changed or gone in the source since: run migrate, a new pass takes what is there now"],
    [left, "left alone, because changed here since or refused by Postgres: repair --force writes over changes"],
  ];
  const told = lines.filter(([total]) => total > 0).map(([total, what]) => ({ says: `${count(total)} ${what}` }));
  return told.length === 0 ? [{ says: "nothing was to be mended" }] : told;
}
