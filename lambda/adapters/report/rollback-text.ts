/** What a rollback would do, or has done → what an operator reads before and after. */
import type { Undone, UndoPlan } from "../../ports/undo.ts";
import { findingText } from "./text.ts";

interface Of {
  readonly run: number;
  readonly source: string;
}

const rows = (count: number): string => `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}`;
const each = (counts: Readonly<Record<string, number>>, say: (rows: string) => string): string[] =>
  Object.entries(counts).map(([table, count]) => `  ${table}: ${say(rows(count))}`);

export function rollbackPlanText(plan: Of & UndoPlan): string {
  const { run, source, drops, removes, reverts, keeps, dependents, inTheWay } = plan;
  const needing = dependents.map(({ name, kind, drop }) => ({
    where: `${kind} ${name}`,
    problem: "it needs what would be removed",
    remedy: reverts.length === 0 ? drop : `${drop}; nothing is to be done where one of those migrations takes it back`,
  }));
  const ways = [...inTheWay, ...needing];
  return [
    `A rollback of run ${run} of ${source}`,
    ...each(drops, (count) => `dropped, with ${count}`),
    ...each(removes, (count) => `up to ${count} removed, those of others kept`),
    ...(reverts.length === 0 ? [] : [`  schema migrations taken back: ${reverts.join(", ")}`]),
    ...(keeps.length === 0
      ? []
      : [`  schema migrations that no down is known of, with what they made, stay: ${keeps.join(", ")}`]),
    "  its lines in the ledger go with them",
    ...(ways.length === 0 ? ["Nothing stands in its way."] : ["In its way", ...ways.flatMap(findingText)]),
  ].join("\n");
}

export function rolledBackText({ run, source, dropped, removed, left, kept }: Of & Undone): string {
  return [
    `ROLLED BACK  run ${run} of ${source}`,
    ...(dropped.length === 0 ? [] : [`  tables dropped: ${dropped.join(", ")}`]),
    ...each(removed, (count) => `${count} removed, those of others kept`),
    ...each(left, (count) => `${count} left, changed by others since or kept by a trigger`),
    ...(kept.length === 0
      ? []
      : [`  schema migrations that no down is known of, with what they made: ${kept.join(", ")}`]),
  ].join("\n");
}
