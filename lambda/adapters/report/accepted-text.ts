/** What was let go just now → what a person is told: of what, how much of it was already, and what of it is left to mend. */
import type { Accepted } from "../../ports/decisions.ts";
import { keyText } from "./key-text.ts";

const count = (value: number): string => value.toLocaleString("en-US");

export function acceptedText({
  source,
  items,
  groups,
  remains,
  reason,
}: Accepted & { readonly reason: string }): string {
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const what = source === undefined ? `${count(items)} ${items === 1 ? "item" : "items"}` : keyText(source);
  return [
    `ACCEPTED  ${what}, as ${items === 1 ? "it is" : "they are"} now: ${reason}`,
    ...groups.map(
      ({ table, entity, reason: code, count: total, accepted }) =>
        `  ${table ?? entity ?? "items of no entity"}: ${code}, ${count(total)}${accepted === 0 ? "" : ` (${count(accepted)} already)`}`,
    ),
    ...(rows === 0
      ? []
      : [
          `  ${count(rows)} ${rows === 1 ? "row that an earlier pass wrote stays as it is" : "rows that an earlier pass wrote stay as they are"}; migrate --prune removes ${rows === 1 ? "it" : "them"}.`,
        ]),
    ...(remains.length === 0 ? [] : ["NOT ACCEPTED, because no decision mends it:"]),
    ...remains.flatMap(({ where, problem, remedy, keys = [] }) => [
      `  ${where}${keys.length === 0 ? "" : `, rows ${keys.join(", ")}`}: ${problem}`,
      `      → ${remedy}`,
    ]),
    "Run verify: the proof counts as accepted what was let go, while the items and what holds their places are what they are now.",
  ].join("\n");
}
