/** A report → the checks of the proof, each with its outcome and what it means. */
import type { Report } from "../../domain/proof/report.ts";
import { numeral as count } from "../../domain/proof/summary.ts";
import type { Cells } from "./statement.ts";

const CHECKS = {
  accounting: "every item read is counted exactly once",
  counts: "as many rows as were written, and no other",
  content: "every column of every row is what was decoded",
  relations: "no orphan, no duplicate, no NULL where none may be",
  completeness: "nothing unmapped, unmatched, quarantined, contested or stale",
} as const;

export function checks({ discrepancies, spotChecks, recount }: Report): Cells {
  const outcome = (check: string): string => {
    const found = discrepancies.filter((each) => each.check === check).length;
    return found === 0 ? "agreed" : `${found} found`;
  };
  const { sampled, population, changed, wrong, seed, upperBound } = spotChecks;
  const bound =
    upperBound === 0
      ? "all there are"
      : `of no entity more than ${(upperBound * 100).toPrecision(2)} % wrong, with 95 % confidence`;
  const proves = wrong === 0 ? `; ${bound}` : "";
  const again = `${count(sampled)} of ${count(population)} items read again, ${count(changed)} changed since${proves} (seed ${seed})`;
  return {
    header: ["", "", ""],
    rows: [
      ...Object.entries(CHECKS).map(([check, meaning]) => [outcome(check), check, meaning]),
      [
        spotChecks.impossible === undefined ? outcome("spot checks") : "not possible",
        "spot checks",
        spotChecks.impossible ?? again,
      ],
      ...(recount === undefined
        ? []
        : [[outcome("recount"), "recount", `a second reading of the source gives ${count(recount.items)} items`]]),
    ],
  };
}
