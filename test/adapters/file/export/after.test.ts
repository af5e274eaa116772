/** Single items as they are after exports that were applied: the newest word on each counts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Item } from "../../../../lambda/domain/decode/attribute.ts";
import { exportBucket, exportedTable } from "../../../support/exports/bucket.ts";
import { writeFullExport, writeIncrementalExport } from "../../../support/exports/export.ts";
import { openFolder } from "../../../support/exports/opened.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-after-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const item = (id: string, state: string): Item => ({ id: { S: id }, state: { S: state } });
const key = (id: string): Item => ({ id: { S: id } });
const hour = (number: number): Date => new Date(Date.UTC(2026, 0, 14, number));

it("what a later window says counts, a removal is no item, and what none mentions is as the full export has it", async () => {
  const bucket = exportBucket(folder, exportedTable("test", ["id"]));
  const items = ["kept", "changed", "twice", "removed", "back"].map((id) => item(id, "full"));
  await writeFullExport(bucket, { at: hour(1), items });
  const put = (id: string, state: string) => ({ key: key(id), after: item(id, state), micros: 1 });
  const removal = (id: string) => ({ key: key(id), before: item(id, "full"), micros: 1 });
  const first = [put("changed", "one"), put("twice", "one"), removal("removed"), removal("back"), put("new", "one")];
  await writeIncrementalExport(bucket, { from: hour(1), to: hour(2), changes: first });
  const second = [put("twice", "two"), put("back", "two"), { ...removal("new"), before: item("new", "one") }];
  await writeIncrementalExport(bucket, { from: hour(2), to: hour(3), changes: second, files: 2 });

  const { exports } = await openFolder(folder);
  const all = (await exports.list()).toSorted((a, b) => a.to.getTime() - b.to.getTime());
  const statesAfter = async (count: number): Promise<string[]> => {
    const reread = exports.after(all.slice(0, count));
    if (reread.how === "none") throw new Error("single items can be read");
    expect(await reread.get([])).toEqual([]);
    const ids = ["kept", "changed", "twice", "removed", "back", "new", "nowhere"];
    const found = await reread.get(ids.map(key));
    return found.map(({ id, state }) => [id, state].map((value) => value && "S" in value && value.S).join(" ")).sort();
  };
  expect(await statesAfter(1)).toEqual(["back full", "changed full", "kept full", "removed full", "twice full"]);
  expect(await statesAfter(2)).toEqual(["changed one", "kept full", "new one", "twice one"]);
  expect(await statesAfter(3)).toEqual(["back two", "changed one", "kept full", "twice two"]);
});
