/** What must not compile, and that the compiler says so on the right line in words about columns, not generics. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ALONE } from "../support/compiling.ts";
import { SOUND_CASES } from "./sound-cases.ts";
import { WORD_CASES } from "./word-cases.ts";

const root = resolve(import.meta.dirname, "../..");

const HEAD = `
import { absent, bigint, boolean, defineItems, defineTables, integer, present, table, text, timestamptz, type TargetDatabase } from "../../lambda/mapping/index.ts";
import type { Kysely } from "kysely";
export const tables = defineTables({
  users: { user_id: text().primaryKey(), home: text().nullable().references("folders") },
  folders: { folder_id: text().primaryKey(), owner_id: text().references("users") },
  files: { file_id: text().primaryKey(), size: bigint(), created_at: timestamptz(), note: text().nullable(), state: text().default("'live'") },
  tags: { file_id: text().primaryKey().references("files"), tag: text().primaryKey() },
  people: table({ id: text().primaryKey(), name: text(), ok: boolean().nullable() }).duplicates("merge"),
});
const options = { keys: { pk: "PK", sk: "SK" } };
const rest = { note: null as never };
type Database = TargetDatabase<typeof tables>;
`;

/** A line of code → what the compiler must say about that very line; undefined where it must say nothing. */
const CASES: readonly (readonly [string, RegExp | undefined])[] = [
  ['defineTables({ a: { id: text().primaryKey(), b: text().references("bb") } });', /there is no table \\?"bb/],
  [
    'defineTables({ a: { id: text().primaryKey(), c: integer().references("c") }, c: { id: text().primaryKey() } });',
    /is text, this column is integer/,
  ],
  [
    'defineTables({ d: { x: text().primaryKey(), y: text().primaryKey() }, e: { id: text().primaryKey(), d: text().references("d") } });',
    /composite key/,
  ],
  [
    'defineTables({ a: { id: text().primaryKey(), b: text().references("b", "cod") }, b: { id: text().primaryKey(), code: text().unique() } });',
    /has no column .*cod/,
  ],
  [
    'defineTables({ a: { id: text().primaryKey(), b: text().references("b", "name") }, b: { id: text().primaryKey(), name: text() } });',
    /\(name\) of .* is neither its primary key nor unique: say \.unique/,
  ],
  [
    'defineTables({ a: { id: text().primaryKey(), b: integer().references("b", "code") }, b: { id: text().primaryKey(), code: text().unique() } });',
    /is text, this column is integer/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text(), c: text() }).foreignKey(["b", "c"], "b", ["x", "id"]), b: table({ id: text().primaryKey(), x: text(), y: text() }).unique("x", "y") });',
    /\((x|id)\) of .* is neither/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text(), c: text() }).foreignKey(["b", "c"], "b", ["x", "z"]), b: table({ id: text().primaryKey(), x: text(), y: text() }).unique("x", "y") });',
    /has no column .*z/,
  ],
  ['defineTables({ a: table({ id: text().primaryKey() }).index("idd") });', /"idd"/],
  ['defineTables({ a: table({ id: text().primaryKey() }).duplicates({ latest: "when" }) });', /"when"/],
  ['defineTables({ a: table({ id: text().primaryKey(), b: text() }).foreignKey(["b"], "nowhere") });', /nowhere/],
  [
    'defineItems(tables, options, ({ item, into }) => [item("T", { pk: "F#{fileId}", sk: "T#{tag}" }, ({ key }) => [into("tags", { file_id: key.fileID, tag: key.tag })])]);',
    /Did you mean 'fileId'/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("T", { pk: "F#{fileId}", sk: "T#{tag}" }, ({ key }) => [into("tagz", { file_id: key.fileId, tag: key.tag })])]);',
    /"tagz"/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("T", { pk: "F#{fileId}", sk: "T#{tag}" }, ({ key }) => [into("tags", { file_id: key.fileId, tagg: key.tag })])]);',
    /Did you mean to write 'tag'/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("T", { pk: "F#{fileId}", sk: "T#{tag}" }, ({ key }) => [into("tags", { file_id: key.fileId })])]);',
    /Property 'tag' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s").epochMillis(), created_at: attr("c"), note: attr("n") })])]);',
    /Property 'bigint' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s").optional(), created_at: attr("c"), note: attr("n") })])]);',
    /"may be null"' is not assignable to type '"never null"/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, created_at: attr("c"), note: attr("n") })])]);',
    /Property 'size' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, part }) => [item("P", { pk: "P#{p}", sk: "M" }, ({ attr }) => [part("people", { name: attr("n") })])]);',
    /Property 'id' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: attr("g").captures("x#{y}").z, size: attr("s"), created_at: attr("c"), note: key.f })])]);',
    /Property 'z' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "{n}" }, ({ key, attr }) => [into("files", { file_id: key.f, size: key.n, created_at: attr("c"), note: attr("n") })])]);',
    /Property 'bigint' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s").nullIf("0"), created_at: attr("c"), note: attr("n") })])]);',
    /"may be null"' is not assignable to type '"never null"/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s").convert("s", () => null), created_at: attr("c"), note: attr("n") })])]);',
    /"may be null"' is not assignable to type '"never null"/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr, surrogate }) => [into("files", { file_id: key.f, size: surrogate("file", key.f), created_at: attr("c"), note: attr("n") })])]);',
    /Property 'bigint' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr, rest }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: rest() })])]);',
    /Property 'text' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t"), (_, position) => into("tags", { file_id: key.f, tag: position }))])]);',
    /Property 'text' is missing/,
  ],
  [
    'defineItems(tables, { ...options, ttl: { attribute: "t", expired: "drop" } }, () => []);',
    /"drop"' is not assignable/,
  ],
  ['defineTables({ a: table({ id: text().primaryKey() }).duplicates("last") });', /"last"/],
  ['defineTables({ a: table({ id: text().primaryKey() }).unique("idd") });', /"idd"/],
  ['export const wrong = (db: Kysely<Database>) => db.selectFrom("files").select("sise").execute();', /sise/],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").optional().orElse("x") })])]);',
    /Property 'orElse' does not exist on type 'OptionalReader'/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").orElse("x").optional() })])]);',
    /Property 'optional' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").orElse("x").at("y") })])]);',
    /Property 'at' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").withoutPrefix("x").at("y") })])]);',
    /Property 'at' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").split(",").at(0) })])]);',
    /Property 'at' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").split(",") })])]);',
    /Property 'text' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: key.f.optional() })])]);',
    /Property 'optional' does not exist on type 'TextReader/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").epochSeconds().nullIf("0") })])]);',
    /Property 'nullIf' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").captures("x#{y}").y.at("z") })])]);',
    /Property 'at' does not exist/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(key.f, (tag) => into("tags", { file_id: key.f, tag }))])]);',
    /Property '"text\[\]"' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t").digits(), (tag) => into("tags", { file_id: key.f, tag }))])]);',
    /Property '"text\[\]"' is missing/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t"), (tag) => into("tags", { file_id: key.f, tag: tag.optional() }))])]);',
    /Property 'optional' does not exist on type 'ElementReader/,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t"), (tag) => into("tags", { file_id: key.f, tag: tag.nullable().at("x") }))])]);',
    /"may be null"' is not assignable to type '"never null"/,
  ],
  ...WORD_CASES,
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("b", { n: "nam" }), b: { id: text().primaryKey(), name: text() } });',
    /has no column .*nam/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("b", { m: "name" }), b: { id: text().primaryKey(), name: text() } });',
    /is text, .*m.* is integer/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("n", { n: "name" }), b: { id: text().primaryKey(), name: text() } });',
    /\(n\) refers to no table/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("x", { n: "name" }), b: { id: text().primaryKey(), name: text() } });',
    /"x"/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("b", { nn: "name" }), b: { id: text().primaryKey(), name: text() } });',
    /'nn' does not exist in type/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).duplicates("reject", { copies: 2 }), b: { id: text().primaryKey(), name: text() } });',
    /"reject"/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), n: text().nullable() }).duplicates("merge", { agree: ["nn"] }) });',
    /"nn"/,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), n: text().nullable() }).duplicates("identical", { agree: ["n"] }) });',
    /No overload matches/,
  ],
  [
    'defineItems(defineTables({ a: table({ id: text().primaryKey(), n: text(), m: text() }).duplicates("merge", { agree: ["n"] }) }), options, ({ item, part }) => [item("X", { pk: "X#{x}", sk: "M" }, ({ key, attr }) => [part("a", { id: key.x, m: attr("m").optional() })])]);',
    /"may be null"' is not assignable to type '"never null"/,
  ],
  ...SOUND_CASES,
];

let folder: string;
let said: string;

beforeAll(async () => {
  folder = await mkdtemp(join(root, "test/mapping-types-"));
  await writeFile(join(folder, "cases.ts"), `${HEAD}${CASES.map(([code]) => code).join("\n")}\nvoid rest;\n`);
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: { ...ALONE, noUnusedLocals: false, noUnusedParameters: false },
    include: ["cases.ts"],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const run = promisify(execFile)(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    folder,
    "--pretty",
    "false",
  ]);
  said = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything said about one line, continuation lines included. */
function about(line: number): string {
  const blocks = said.split(/\n(?=\S)/);
  return blocks.filter((block) => block.includes(`cases.ts(${line},`)).join("\n");
}

const FIRST = HEAD.split("\n").length;

it.each(CASES.map(([code, message], at) => ({ code, message, line: FIRST + at })))("$code", ({ message, line }) => {
  if (message === undefined) expect(about(line)).toBe("");
  else expect(about(line)).toMatch(message);
});

it("knows at least fifteen mistakes", () =>
  expect(CASES.filter(([, message]) => message !== undefined).length).toBeGreaterThanOrEqual(15));
