/** `estimate`, as it is typed: of a table, of what is said, and of nothing. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { program } from "../../bin/commands/program.ts";
import { createSampleTable, fillTable } from "../../bin/rehearse/seed.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { dynamoDbProxy } from "../support/dynamodb-proxy.ts";
import { tableName } from "../support/table-name.ts";

const client = new DynamoDBClient({ endpoint: inject("dynamoDbEndpoint"), region: "local" });
const table = tableName("estimate");
const empty = tableName("estimate-empty");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-estimate-"));
  await createSampleTable(client, table);
  await createSampleTable(client, empty);
  const items = Array.from({ length: 200 }, (_, at) => ({
    PK: { S: `P${at}` },
    SK: { S: "x" },
    body: { S: "x".repeat(2_000) },
  }));
  await fillTable(client, table, items);
});
afterAll(async () => {
  client.destroy();
  await rm(folder, { recursive: true });
});

/** What the command line prints, and what it writes; or the text of its refusal. */
async function estimated(...words: string[]) {
  const json = join(folder, "estimate.json");
  let said = "";
  const printing = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    await program().parseAsync(["estimate", "--json", json, ...words], { from: "user" });
    return { said, found: JSON.parse(await readFile(json, "utf8")), refused: "" };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    const findings = error.findings.map(({ where, problem }) => `${where}: ${problem}`);
    return { said, found: undefined, refused: [error.message, ...findings].join("\n") };
  } finally {
    printing.mockRestore();
  }
}

const SAID = ["--items", "1000000", "--bytes", "500"];

it("of a table asks for its size, by DescribeTable and one request for a few items, and reads nothing else", async () => {
  await using proxy = await dynamoDbProxy(inject("dynamoDbEndpoint"));
  const source = `dynamodb:${table}?endpoint=${proxy.endpoint}&region=local`;
  const { said, found } = await estimated("--source", source, "--sample", "50", "--items", "5000000");
  expect(said).toMatch(/^ESTIMATE {2}5,000,000 items of 2,\d{3} bytes/);
  expect(found.size.of).toMatch(/50 of its items have 2,?\d{3} bytes on average/);
  expect(found.size.bytes).toBeGreaterThan(1_990);
  expect(found.size.bytes).toBeLessThan(2_200);
  expect(Object.fromEntries(proxy.seen)).toEqual({ DescribeTable: 1, Scan: 1 });
});

it("of what is said needs no account, and keeps to the limit that is said", async () => {
  const { found } = await estimated(...SAID, "--max-read-units", "100");
  expect(found.size).toEqual({ items: 1_000_000, bytes: 500, of: "as it was said" });
  expect(found.limited).toMatchObject({ unitsPerSecond: 100 });
  expect(found.limited.passes[0].first.copy).toBeGreaterThanOrEqual(found.reads.units / 100);
  expect((await estimated(...SAID, "--max-read-units", "none")).found).not.toHaveProperty("limited");
  expect((await estimated(...SAID)).found.limited.unitsPerSecond).toBe(1_500);
});

it("tells three ways side by side, by the share of the items that changes, which can be said", async () => {
  const usual = await estimated(...SAID);
  expect(usual.said).toMatch(
    /1 % of the items change before the window \(--changed\)\n.*risk\n {2}scan in the window .*\n {2}live copy, second pass .*\n {2}export, what has changed /,
  );
  expect(usual.found.playbooks).toMatchObject({ workers: 16, changed: 0.01, exported: { full: 0.05, window: 0.001 } });
  const half = await estimated(...SAID, "--changed", "50");
  expect(half.found.playbooks.exports.window).toBeGreaterThan(usual.found.playbooks.exports.window);
  expect((await estimated(...SAID, "--changed", "101")).refused).toMatch(/--changed <PERCENT>/);
});

it("by other prices, which stand in a file; a name that is none is refused", async () => {
  const prices = join(folder, "prices.json");
  await writeFile(prices, JSON.stringify({ region: "eu-central-1", acuHour: 1_000 }));
  const dear = await estimated(...SAID, "--prices", prices);
  const usual = await estimated(...SAID);
  expect(dear.said).toContain("prices: eu-central-1, as given");
  expect(dear.found.standing.hour).toBeGreaterThan(usual.found.standing.hour * 100);
  await writeFile(prices, JSON.stringify({ acuHours: 1, secretMonth: -1 }));
  const refused = await estimated(...SAID, "--prices", prices);
  expect(refused.refused).toMatch(/acuHours[\s\S]*secretMonth|secretMonth[\s\S]*acuHours/);
  expect((await estimated(...SAID, "--prices", join(folder, "nowhere"))).refused).toMatch(/no prices can be read/);
});

it.each<[string, string[], RegExp]>([
  ["nothing", [], /items: is not said[\s\S]*bytes: is not said/],
  ["half of it", ["--items", "5"], /bytes: is not said/],
  ["a file", ["--source", "file:x.jsonl"], /only a table can be asked/],
  [
    "an empty table",
    ["--source", `dynamodb:${empty}?endpoint=${inject("dynamoDbEndpoint")}&region=local`],
    /holds nothing/,
  ],
  [
    "a table that is not there",
    ["--source", `dynamodb:nowhere?endpoint=${inject("dynamoDbEndpoint")}&region=local`],
    /cannot be read/,
  ],
])("of %s is refused, with what to say", async (_, words, message) => {
  expect((await estimated(...words)).refused).toMatch(message);
});
