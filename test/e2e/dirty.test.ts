/** I2: `rehearse --dirty` plants one of every kind of fault; the report names each by its reason and its source key, and nothing else. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIRT, type Fault, planted } from "../../bin/rehearse/dirt.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { isLike, linesOf } from "../support/documents.ts";
import { ROOT, rehearsed } from "../support/pages.ts";
import { reportIn } from "../support/reports.ts";

const { command, output } = await rehearsed("--dirty");
const ITEMS = Number(/--items (\d+)/.exec(command)?.[1]);

interface Rehearsal {
  readonly exit: number;
  readonly screen: string;
  readonly report: Report;
}

let folder: string;
let dirty: Rehearsal;
let clean: Rehearsal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-dirty-"));
  [dirty, clean] = [await rehearse(command), await rehearse(command.replace(" --dirty", ""))];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rehearse(typed: string): Promise<Rehearsal> {
  const json = join(folder, `${typed.split(" ").length}.json`);
  const { exit, screen } = await new Promise<Pick<Rehearsal, "exit" | "screen">>((done) => {
    const child = execFile("bash", ["-c", `${typed} --json ${json}`], { cwd: ROOT }, (_, screen) =>
      done({ exit: child.exitCode ?? -1, screen }),
    );
  });
  return { exit, screen, report: await reportIn(json) };
}

/** The item's source key as the report writes it, and as the screen does. */
const sourceOf = ({ PK, SK }: Item): string => toDynamoDbJson({ PK: PK ?? { S: "" }, SK: SK ?? { S: "" } });
const keyOf = ({ PK, SK }: Item): string => `${Object.values(PK ?? {})[0]} / ${Object.values(SK ?? {})[0]}`;

/** Source keys that some discrepancy names under this reason. */
const named = ({ discrepancies }: Report, reason: string): Set<string> =>
  new Set(
    discrepancies
      .filter(({ problem }) => problem.includes(reason))
      .flatMap(({ examples }) => examples.flatMap(({ source = "", holder }) => [source, holder ?? ""])),
  );

const FAULTS = DIRT.filter(({ reason }) => reason !== "expired").map((each): [string, Fault] => [each.fault, each]);

it("the page shows what it prints", () => expect(isLike(output, linesOf(dirty.screen)), dirty.screen).toBe(true));

describe("I2: each planted fault is told", () => {
  it.each(FAULTS)("%s", (_, { reason, items }) => {
    expect([...named(dirty.report, reason)]).toEqual(expect.arrayContaining(items.map(sourceOf)));
    for (const item of items) expect(dirty.screen).toContain(keyOf(item));
    expect(dirty.screen).toContain(reason);
    expect(named(clean.report, reason).size).toBe(0);
  });

  it("and nothing that was not planted", () => {
    const sound = new Set(DIRT.flatMap(({ items }) => items.map(sourceOf)));
    const told = dirty.report.discrepancies.flatMap(({ examples }) => examples.flatMap(({ source = "" }) => [source]));
    expect(told.filter((source) => !sound.has(source))).toEqual([]);
  });
});

it("an item in quarantine is told with the attribute's path and what to do, and never with its value", () => {
  const details = dirty.report.quarantine.flatMap(({ examples }) => examples.map(({ detail }) => detail));
  expect(details).toHaveLength(6);
  for (const detail of details) expect(dirty.screen).toContain(detail);
  expect(details.join("\n")).toMatch(/attribute FileSize, for column size: .*say \.digits\(\)/);
  expect(dirty.screen).not.toContain("12 KB");
});

it("unmapped attributes are told with their path, also inside a list of maps", () => {
  expect(dirty.report.unmapped.map(({ attribute }) => attribute).sort()).toEqual(["Color", "Versions[].CopiedFrom"]);
});

it("I1: every planted item is counted, the expired one apart", () => {
  expect(dirty.report.items.read).toBe(ITEMS + planted.length);
  expect(dirty.report.items.expired).toBe(clean.report.items.expired + 1);
});

it("exits with 1, and without the faults with 0 and not a word about any", () => {
  expect([dirty.exit, dirty.report.verdict]).toEqual([1, "discrepant"]);
  expect([clean.exit, clean.report.verdict]).toEqual([0, "verified"]);
  expect(clean.report.discrepancies).toEqual([]);
  expect(dirty.screen).toContain("\nProblems\n");
  expect(clean.screen).not.toContain("Problems");
});
