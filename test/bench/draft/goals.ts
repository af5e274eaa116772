/** What was found of each case → the table that is printed, and the goals that were missed. */
import type { Outcome } from "./trial.ts";

export interface CaseResult extends Partial<Outcome> {
  readonly name: string;
  /** Processor seconds of `draft` by those of `check`. */
  readonly timesCheck?: number;
  readonly failures: readonly string[];
}

export const GOALS = { columns: 0.85, foreignKeys: 0.8, least: 0.6 } as const;

const shown = (value: number | null | undefined): string =>
  value === undefined ? "–" : value === null ? "none" : value.toFixed(2);

/** Of the cases that have any; a case that gave nothing counts as nothing. */
export function meanOf(results: readonly CaseResult[], what: "columns" | "foreignKeys"): number | null {
  const values = results.flatMap((each) => {
    const value = each[what];
    return value === null ? [] : [value ?? 0];
  });
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const HEADER = ["case", "columns", "foreign keys", "wrong keys", "lost", "verdict", "draft/check"];

export function tableOf(results: readonly CaseResult[]): string {
  const rows = results.map(({ name, columns, foreignKeys, wrong, lost, verdict, timesCheck }) => [
    ...[name, shown(columns), shown(foreignKeys), String(wrong?.length ?? "–"), String(lost ?? "–")],
    ...[verdict ?? "–", timesCheck === undefined ? "–" : `× ${timesCheck.toFixed(1)}`],
  ]);
  const mean = ["mean", shown(meanOf(results, "columns")), shown(meanOf(results, "foreignKeys")), "", "", "", ""];
  const goal = ["goal", GOALS.columns.toFixed(2), GOALS.foreignKeys.toFixed(2), "0", "0", "", ""];
  const all = [HEADER, ...rows, mean, goal];
  const width = (at: number): number => Math.max(...all.map((row) => row[at]?.length ?? 0));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(width(at)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Everything that is not as it should be, each in a sentence. */
export function missedBy(results: readonly CaseResult[]): string[] {
  const single = results.flatMap(({ name, failures, columns, foreignKeys, wrong = [], lost = 0 }) => [
    ...failures.map((failure) => `${name}: ${failure}`),
    ...wrong.map((key) => `${name}: ${key} has orphans, and no comment tells it`),
    ...(lost > 0 ? [`${name}: ${lost} items or attributes are lost that the mapping written by hand has`] : []),
    ...below(`${name}: columns`, columns, GOALS.least),
    ...below(`${name}: foreign keys`, foreignKeys, GOALS.least),
  ]);
  return [
    ...single,
    ...below("the mean of the columns", meanOf(results, "columns"), GOALS.columns),
    ...below("the mean of the foreign keys", meanOf(results, "foreignKeys"), GOALS.foreignKeys),
  ];
}

const below = (what: string, value: number | null | undefined, goal: number): string[] =>
  value === null || value === undefined || value >= goal ? [] : [`${what}: ${value.toFixed(2)} is below ${goal}`];

/** What a case has missed, by name. */
export function missingIn({ name, missedColumns = [], missedForeignKeys = [] }: CaseResult): string[] {
  const told = (what: string, missed: readonly string[]): string[] =>
    missed.length === 0 ? [] : [`${name}, ${what} not found: ${missed.join(", ")}`];
  return [...told("columns", missedColumns), ...told("foreign keys", missedForeignKeys)];
}
