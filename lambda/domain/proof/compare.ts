/**
 * Evidence → discrepancies. Each check of the proof is one function that takes facts and returns what disagrees, with a
 * remedy; none returns silence for a fact it could not get, because facts are required by their types (I9).
 */
import type { Mapping } from "../../mapping/model.ts";
import { checkExports } from "./check-exports.ts";
import { checkAccounting, checkCompleteness, checkRecount, checkSpots } from "./check-source.ts";
import { checkRelations, checkTable } from "./check-tables.ts";
import type { Discrepancy, Evidence } from "./discrepancy.ts";

/** Every check of the proof, in the order of the report. */
export function compare(mapping: Mapping, evidence: Evidence): Discrepancy[] {
  return [
    ...checkAccounting(evidence),
    ...mapping.tables.flatMap((table) => checkTable(table, evidence)),
    ...checkRelations(evidence.relations),
    ...checkSpots(evidence.spot),
    ...checkRecount(evidence),
    ...checkExports(evidence),
    ...checkCompleteness(evidence),
  ];
}
