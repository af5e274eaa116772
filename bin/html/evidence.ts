/** What the checks found, one by one, with every example the report has; and the state of each foreign key. */
import { example, withMore } from "../../lambda/adapters/report/problems.ts";
import { sectionsOf } from "../../lambda/adapters/report/sections.ts";
import type { Section, Statement } from "../../lambda/adapters/report/statement.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { numeral } from "../../lambda/domain/proof/summary.ts";

/** By check, as they were found: a cause above may join several. */
export const findings = ({ discrepancies }: Report): Section => ({
  title: "Found by each check",
  statements: [...Map.groupBy(discrepancies, ({ check }) => check)].map(([check, list]) => ({
    says: check,
    below: list.map(({ subject, problem, examples, count }) => ({
      says: `${subject}: ${problem}`,
      below: withMore(examples.flatMap(example), count),
    })),
  })),
});

/** Items of the sample that are not what they were, or whose rows are not. */
export const spots = ({ spotChecks: { examples } }: Report): Section => ({
  title: "Items read again that differ",
  statements: examples.flatMap((each) =>
    example(each).map((said) => ({
      ...said,
      below: [...(said.below ?? []), { says: `${each.kind}: ${each.detail}` }],
    })),
  ),
});

export const orphansText = ({ orphans }: Pick<Relation, "orphans">): string =>
  `${numeral(orphans)} ${orphans === 1 ? "orphan" : "orphans"}`;

type Relation = Report["foreignKeys"][number];

export function relation({
  columns,
  references,
  referencedColumns,
  orphans,
  validated,
  built,
  examples,
  reason,
}: Relation): Statement {
  const state = !built ? "not there" : validated ? "validated" : "NOT VALID";
  const without = orphans === 0 ? "" : `, ${orphansText({ orphans })}`;
  return {
    says: `(${columns.join(", ")}) → ${references} (${referencedColumns.join(", ")}): ${state}${without}`,
    below: [...(reason === undefined ? [] : [{ says: reason }]), ...withMore(examples.flatMap(example), orphans)],
  };
}

/** A page has room for all that the report has. */
export const allSections = (report: Report) =>
  sectionsOf(report, { missing: Infinity, pointing: Infinity, letGo: Infinity });
