/**
 * Tables of designs nobody has thought of: kinds of items, keys, edges, attributes and values are drawn. The draft of each loads,
 * decodes every item of it, leaves nothing behind that stands nowhere else, and compiles, whatever a model says of it. `TEST_SEED`
 * draws others; the seed is in the title.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { ALONE } from "../support/compiling.ts";
import { minimal } from "../support/drafting/minimal.ts";
import { type DraftTrial, faultsOf, type Tried, tryDraft } from "../support/drafting/trial.ts";
import { randomModel } from "../support/random-table/models.ts";
import { randomTable } from "../support/random-table/tables.ts";
import { IS_THOROUGH, SEED } from "../support/thoroughness.ts";

const TABLES = IS_THOROUGH ? 600 : 30;
const root = resolve(import.meta.dirname, "../..");

it(`drafts what decodes all of ${TABLES} tables, loses nothing and compiles (seed ${SEED})`, async () => {
  const drafts: Tried["texts"][] = [];
  for (const [at, table] of fc.sample(randomTable, { numRuns: TABLES, seed: SEED }).entries()) {
    // Every third one has a model, which may say anything: no item fails by it.
    const [known] = at % 3 === 0 ? fc.sample(randomModel(table), { numRuns: 1, seed: SEED + at }) : [];
    const trial: DraftTrial = known === undefined ? table : { ...table, known };
    const { faults, texts } = await tryDraft(trial);
    drafts.push(texts);
    if (faults.length > 0)
      expect.fail(`${faults.join("\n")}\n${await shown(trial, faults)}\n${texts.tables}\n${texts.items}`);
  }
  expect(await compiled(drafts)).toBe("");
});

/** The table with as few items as show the first fault. */
async function shown(trial: DraftTrial, [first = ""]: readonly string[]): Promise<string> {
  const kind = first.split(":")[0] ?? "";
  const { payload: _, ...least } = trial;
  const shows = async (items: DraftTrial["items"]) =>
    (await tryDraft({ ...least, items })).faults.some((each) => each.startsWith(kind));
  const isOfAll = first.startsWith("left behind");
  const items = isOfAll ? trial.items : await minimal(trial.items, Object.values(trial.keys), shows);
  return JSON.stringify({ ...least, items }, undefined, 1);
}

describe("each fault is found", () => {
  const user = (id: string, more: Item): Item => ({ pk: { S: `USER#${id}` }, sk: { S: "PROFILE" }, ...more });
  const table: DraftTrial = {
    keys: { pk: "pk", sk: "sk" },
    items: [
      user("ada", { born: { N: "1815" }, nick: { S: "a" }, boss: { S: "USER#bob" } }),
      user("bob", { born: { N: "1824" }, boss: { S: "USER#bob" } }),
      user("eve", { born: { N: "1901" }, boss: { S: "USER#bob" } }),
      ...["ada", "bob", "eve", "gone"].map(
        (id): Item => ({ pk: { S: `USER#${id}` }, sk: { S: "ORDER#1" }, total: { N: "1" } }),
      ),
    ],
    payload: [["born", "nick"], ["born"], ["born"], [], [], [], []],
  };
  let drafted: Tried;
  beforeAll(async () => {
    drafted = await tryDraft(table);
  });
  const planted = async (change: Partial<Tried["texts"]>, model = drafted.model): Promise<readonly string[]> =>
    await faultsOf({ model, texts: { ...drafted.texts, ...change } }, table);

  it.each<[fault: string, from: RegExp, to: string]>([
    ["not decoded", /\.optional\(\)/, ""],
    ["nothing reads", /, nick: |\n *nick: .*\n/, "\n"],
    ["no kind of item matches", /"ORDER#/, '"ORDERS#'],
    ["left behind", /keys: \{ pk: "pk", sk: "sk" \}/, 'keys: { pk: "pk", sk: "sk" }, ignore: ["born"]'],
    ["it does not load", /pk: "USER#/, 'pk: "USER#{'],
    ["it does not load", /attr\("born"\)/, 'attribute("born")'],
    ["items that give one row", /(user_id|id|user): key\.\w+/, '$1: attr("boss")'],
  ])("%s", async (fault, from, to) => {
    expect(drafted.faults).toEqual([]);
    expect(drafted.texts.items).toMatch(from);
    const changed = fault.startsWith("nothing")
      ? drafted.texts.tables.replace(/\n *nick: .*/, "")
      : drafted.texts.tables;
    const faults = await planted({ items: drafted.texts.items.replace(from, to), tables: changed });
    expect(faults.join("\n")).toContain(`${fault}: `);
  });

  it("an orphan of which nothing is said, and a reason that says nothing", async () => {
    const silent = drafted.model.tables.map((each) => ({
      ...each,
      foreignKeys: each.foreignKeys.map((key) => ({ ...key, doubts: [] })),
    }));
    expect((await planted({}, { ...drafted.model, tables: silent })).join()).toContain("orphans untold: 1 of orders");
    const ignore = [{ attribute: "x", why: " " }];
    expect(await planted({}, { ...drafted.model, ignore })).toEqual(["ignored without a reason: x"]);
  });
});

/** What the compiler says of all of them, in one program. */
async function compiled(drafts: readonly Tried["texts"][]): Promise<string> {
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "drafts-"));
  try {
    for (const [at, { tables, items }] of drafts.entries()) {
      await mkdir(join(folder, String(at)));
      const language = (text: string) => text.replace('"../../../lambda/', '"../../../../lambda/');
      await writeFile(join(folder, String(at), "tables.ts"), language(tables));
      await writeFile(join(folder, String(at), "items.ts"), language(items));
    }
    const config = { extends: "../../../tsconfig.json", compilerOptions: ALONE, include: ["./*/*.ts"], exclude: [] };
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    return await promisify(execFile)("tsc", ["--noEmit", "--pretty", "false", "-p", folder], { cwd: root }).then(
      () => "",
      (error: { stdout: string }) => error.stdout,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
