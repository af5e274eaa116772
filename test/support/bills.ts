/** A small table in which everything that an operator can let go, or cannot, happens with two items: orphans, conflicts, collisions, versions. */
import { expect } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";
import { bigint, defineItems, defineTables, table, text } from "../../lambda/mapping/index.ts";
import { type AcceptTask, runAccept } from "../../lambda/verbs/accept.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { beginTrial } from "./beginning.ts";
import { memorySource } from "./memory-source.ts";
import { verifyTrial } from "./migration.ts";

export const tables = defineTables({
  folders: { id: text().primaryKey() },
  files: table({ id: text().primaryKey(), folder: text().references("folders"), size: bigint() }).duplicates(
    "identical",
  ),
  bills: { id: text().primaryKey(), sum: bigint() },
  best: table({ id: text().primaryKey(), at: bigint() }).duplicates({ latest: "at" }),
});
/** What a bill without a sum comes to may be declared, too: it is another mapping then, which makes the same rows of the rest. */
export const declared = (note: string, absent?: number) =>
  defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
    item("Folder", { pk: "FOLDER#{id}", sk: "IS" }, ({ key }) => [into("folders", { id: key.id })]),
    item("File", { pk: "FILE#{id}", sk: "{way}#{folder}" }, ({ key, attr }) => [
      into("files", { id: key.id, folder: key.folder, size: attr("Size") }),
    ]),
    item("Bill", { pk: "BILL#{id}", sk: "{by}", ignore: [note] }, ({ key, attr }) => [
      into("bills", { id: key.id, sum: absent === undefined ? attr("Sum") : attr("Sum").orElse(absent) }),
    ]),
    item("Best", { pk: "BEST#{id}", sk: "{by}" }, ({ key, attr }) => [into("best", { id: key.id, at: attr("At") })]),
  ]);
export const schema = { tables, items: declared("Note") };

export const one = (PK: string, SK: string, more: Item = {}): Item => ({ PK: { S: PK }, SK: { S: SK }, ...more });
export const n = (value: string | number) => ({ N: String(value) });
export const FOLDER = one("FOLDER#1", "IS");
export const file = (id: string, way: string, folder = "1", size = 1) =>
  one(`FILE#${id}`, `${way}#${folder}`, { Size: n(size) });
export const bill = (id: string, by: string, sum: string | number = 1) => one(`BILL#${id}`, by, { Sum: n(sum) });

/** What an operator does with that table in a database. */
export function operator(url: () => string) {
  const migrate = (items: readonly Item[], options = {}, other = schema) =>
    beginTrial({ url: url(), schema: other, items, options });
  const place = (other = schema) => ({ target: url(), schema: other });
  const verify = async (items: readonly Item[], other = schema) =>
    await verifyTrial({ ...place(other), options: {} }, memorySource(items));
  const accept = (choice: Partial<AcceptTask>) => runAccept({ ...place(), key: [], reason: "known", ...choice });
  const acceptAll = (reasonCode?: string, entity?: string) => accept({ all: true, reasonCode, entity });
  /** Why it was refused. */
  const refusal = async (choice: Partial<AcceptTask>) => {
    const error = await accept(choice).then(
      () => expect.fail("it was accepted"),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof MigrationError)) throw error;
    return {
      code: error.code,
      findings: error.findings,
      told: error.findings.map((each) => `${each.problem} → ${each.remedy}`).join("; "),
    };
  };
  /** The key of the item of a group that waits. */
  const waiting = async (reason: string) => {
    const { groups } = await runListQuarantine({ ...place(), limit: 5 });
    const { source } = must(
      groups.find((group) => group.reason === reason)?.examples[0],
      `something waits as ${reason}`,
    );
    const key: Record<string, Record<string, string>> = JSON.parse(source);
    return Object.values(key).flatMap((value) => Object.values(value));
  };
  return { migrate, place, verify, accept, acceptAll, refusal, waiting };
}
