/** What a kind of item writes → its rows, those of lists and conditions among them. */
import type { RowPlan, WritePlan } from "../../mapping/model.ts";

export const rowPlansOf = (writes: readonly WritePlan[]): RowPlan[] => writes.flatMap(rowsOf);

function rowsOf(write: WritePlan): RowPlan[] {
  if (write.kind === "row") return [write];
  if (write.kind === "agree") return [];
  return rowPlansOf(write.kind === "choose" ? write.cases.flatMap(({ writes }) => writes) : write.writes);
}
