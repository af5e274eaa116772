/** `list-quarantine`: everything that waits for a decision, with both sides and the words that let it go; those words work as they stand. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acceptCommand } from "../../lambda/adapters/report/key-text.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { Pending } from "../../lambda/domain/proof/pending.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runListQuarantine } from "../../lambda/verbs/list-quarantine.ts";
import { beginTrial } from "../support/beginning.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/migration.ts";
import { contact, GOOD, owner, pair, pet, schema, visit } from "../support/pets.ts";

const root = resolve(import.meta.dirname, "../..");
let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-list-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});
const place = () => ({ target: database.url, schema });
const migrate = (items: readonly Item[]) => beginTrial({ url: database.url, schema, items });
const rotten = (id: string) => pet("2", id, { Weight: { S: "heavy" } });

/** One of everything that waits, and what only looks so. */
const ALL: readonly Item[] = [
  ...GOOD,
  rotten("c"),
  owner("7"),
  pet("7", "a", { Tag: { S: "another tag" } }),
  pair("LEFT", "k").PK === undefined ? owner("8") : { ...pair("LEFT", "other"), SK: { S: "UP#y" } },
  contact("theirs"),
];

async function list(limit: number) {
  const lines: Pending[] = [];
  const { groups } = await runListQuarantine({
    ...place(),
    limit,
    take: ({ each }) => each(async (some) => void lines.push(...some)),
  });
  return { groups, lines };
}

describe("what waits", () => {
  beforeEach(async () => {
    await query(
      database.url,
      `create table visits (visit_id text primary key, at timestamptz not null, note text not null);
       insert into visits values ('theirs', now(), 'of somebody else')`,
    );
    await migrate([...ALL, visit("theirs", "1", "2026-01-01T00:00:00Z")]);
  });

  it("is all of it, each with its row and with whoever holds that", async () => {
    const { groups, lines } = await list(5);
    expect(groups.map(({ table, reason, entity, count }) => [table, reason, entity, count])).toEqual([
      [null, "wrong-type", "Pet", 1],
      ["pairs", "conflict", "Pair", 1],
      ["pets", "collision", "Pet", 1],
      ["visits", "foreign-row", "Visit", 1],
      ["visits", "superseded", "Visit", 1],
    ]);
    expect(lines).toEqual(groups.flatMap(({ examples }) => examples));
    const [refused, , collision, theirs] = lines;
    expect(refused).toMatchObject({
      source: expect.stringContaining("PET#c"),
      detail: expect.any(String),
      key: null,
      holder: null,
    });
    expect(collision).toMatchObject({ key: ["a"], holder: expect.stringContaining("PET#a") });
    expect(collision?.holder).not.toBe(collision?.source);
    expect(theirs).toMatchObject({ table: "visits", key: ["theirs"], holder: null });
  });

  it("has no cap: a limit is one of what is shown, and never of the lines", async () => {
    const { groups, lines } = await list(0);
    expect(groups.flatMap(({ examples }) => examples)).toEqual([]);
    expect(lines).toHaveLength(5);
  });

  it("says of each what an operator has decided", async () => {
    await runAccept({ ...place(), key: ["OWNER#2", "PET#c"], reason: "known" });
    const { groups, lines } = await list(5);
    expect(groups[0]).toMatchObject({ count: 1, accepted: 1 });
    expect(lines.map(({ accepted }) => accepted)).toEqual(["known", null, null, null, null]);
  });
});

it("more lines than are fetched at a time come in one order, each once", async () => {
  const ids = Array.from({ length: 1_203 }, (_, at) => `p${String(at).padStart(4, "0")}`);
  await migrate([...GOOD, ...ids.map(rotten)]);
  const { lines } = await list(1);
  expect(lines.filter(({ reason }) => reason === "wrong-type").map(({ source }) => /p\d{4}/.exec(source)?.[0])).toEqual(
    ids,
  );
});

describe("on a command line", () => {
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [...process.execArgv, join(root, "bin/cli.ts"), ...args], {
      cwd: root,
      encoding: "utf8",
    });

  it("the words it shows for an item are the words that let it go, whatever its key is made of", async () => {
    const mapping = `import { bigint, defineItems, defineTables, text } from "${root}/lambda/mapping/index.ts";\n`;
    await writeFile(
      join(folder, "tables.ts"),
      `${mapping}export const tables = defineTables({ t: { id: text().primaryKey(), n: bigint() } });\n`,
    );
    await writeFile(
      join(folder, "items.ts"),
      `${mapping}import { tables } from "./tables.ts";\nexport const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
        item("T", { pk: "{id}", sk: "{s}" }, ({ key, attr }) => [into("t", { id: key.id, n: attr("N") })]),
      ]);\n`,
    );
    const keys: readonly Record<"PK" | "SK", object>[] = [
      { PK: { S: "it's $HOME; `x` \\ \"" }, SK: { S: "-dash" } },
      { PK: { N: "12" }, SK: { N: "-1.5" } },
      { PK: { B: "AAEC/w==" }, SK: { S: "öß\u200b" } },
      { PK: { S: "line\nbreak" }, SK: { S: "\u0000" } },
    ];
    await writeFile(
      join(folder, "items.jsonl"),
      keys.map((key) => `${JSON.stringify({ Item: { ...key, N: { S: "no number" } } })}\n`).join(""),
    );
    const at = ["--schema", folder, "--target", database.url];
    cli("migrate", "--source", `file:${join(folder, "items.jsonl")}`, ...at);
    const json = join(folder, "waiting.json");
    const shown = cli("list-quarantine", "--json", json, "--limit", "1", ...at);
    expect(shown.status).toBe(1);
    expect(shown.stdout).toContain("… 3 more: --limit N shows more of them, --json FILE all");
    const { items, groups }: { items: { accept: string }[]; groups: unknown[] } = JSON.parse(
      await readFile(json, "utf8"),
    );
    expect([items.length, groups.length]).toEqual([4, 1]);
    expect(shown.stdout).toContain(items[0]?.accept);
    for (const { accept } of items) {
      const command = `"$0" ${process.execArgv.join(" ")} bin/cli.ts ${accept.replace("accept ", `accept --schema '${folder}' --target '${database.url}' `)}`;
      const done = spawnSync("bash", ["-c", command, process.execPath], { cwd: root, encoding: "utf8" });
      expect(done.stdout, `${accept}\n${done.stderr}`).toMatch(/^ACCEPTED/);
    }
    expect(cli("list-quarantine", ...at)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Nothing waits/) });
    expect(cli("verify", ...at).stdout).toMatch(/^VERIFIED \(4 accepted\)/);
  });
});

it("a key that nobody can type, or that looks like a hash, goes by the hash that stands for it", () => {
  const nameOf = () => "#0123456789abcdef";
  const command = (value: object) => acceptCommand(JSON.stringify(value), nameOf);
  expect(command({ PK: { S: "USER#a" }, SK: { S: "x y" } })).toBe("accept --reason TEXT 'USER#a' 'x y'");
  expect(command({ PK: { S: "a" }, SK: { S: "-b" } })).toBe("accept --reason TEXT -- a -b");
  for (const S of ["tab\t", "zero\u200bwidth", "", "#0123456789abcde0"])
    expect(command({ PK: { S } })).toBe("accept --reason TEXT '#0123456789abcdef'");
});
