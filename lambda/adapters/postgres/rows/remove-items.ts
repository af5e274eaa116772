/** Items that are no more → their rows removed, and their lines with them. Rows changed here since stay, and are told. */
import { NO_CHANGES } from "../../../domain/decode/diff.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { forgetItems } from "../ledger/items/items.ts";
import { linesOf } from "../ledger/items/lines.ts";
import { letGoWithoutRows } from "../ledger/passes/accepted.ts";
import type { Session } from "../session/connection.ts";
import { writeChanges } from "./changes.ts";
import { Straight } from "./straight.ts";

/** To be called inside a transaction. */
export async function removeItems(
  session: Session,
  run: Run,
  { tables }: Mapping,
  items: readonly string[],
): Promise<void> {
  if (items.length === 0) return;
  const place = { run: run.id, pass: run.pass, tables, straight: new Straight(), numbers: new Map() };
  for await (const gone of linesOf(session, place, items)) await writeChanges(session, place, { ...NO_CHANGES, gone });
  await forgetItems(session, place, items);
  await letGoWithoutRows(session, run, items);
}
