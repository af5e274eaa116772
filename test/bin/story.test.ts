/**
 * A whole story on a terminal of 80 columns: a source with faults, what they come from, corrections and acceptances, until it is
 * verified, sealed, and can no longer be taken back. Each command is what the screen before it has said.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import { VERBS } from "../../lambda/verbs.ts";
import { contact, owner, pet } from "../support/pets.ts";
import { HAS_TERMINALS, onTerminal } from "../support/terminal.ts";

const COLUMNS = 80;
const HEAVY = pet("2", "c", { Weight: { S: "heavy" } });
const LIST: Item[] = [
  ...[owner("1"), owner("2"), contact("1"), contact("2"), pet("1", "a"), pet("2", "b")],
  // One that will be corrected, one that will be let go, and two whose owner is missing.
  ...[HEAVY, { PK: { S: "INVOICE#7" }, SK: { S: "LINE#1" } }, pet("9", "d"), pet("9", "e")],
];

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "story-"));
  file = join(folder, "items.jsonl");
  const pets = JSON.stringify(resolve(import.meta.dirname, "../support/pets.ts"));
  for (const name of ["tables", "items"])
    await writeFile(join(folder, `${name}.ts`), `export { ${name} } from ${pets};\n`);
  await write(LIST);
});
afterAll(() => rm(folder, { recursive: true }));

const write = (items: readonly Item[]) =>
  writeFile(file, items.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join(""));

/** A line that is wider is a command, which is copied, or a single word. */
function expectToFit(lines: readonly string[]): void {
  const tooWide = lines.filter((line) => {
    const [first = "", second] = line.trim().split(" ");
    return line.length > COLUMNS && second !== undefined && !(first in VERBS && line.includes(" --"));
  });
  expect(tooWide).toEqual([]);
}

async function typed(...words: string[]): Promise<{ screen: string; status: number | null }> {
  await using terminal = onTerminal(words, {}, COLUMNS);
  const status = await terminal.ended();
  expectToFit(terminal.lines());
  return { screen: terminal.screen(), status };
}

describe.runIf(HAS_TERMINALS)("from a source with faults to a run that is the application's", () => {
  it("each screen says what is to be done, fits, and doing it leads on", async () => {
    const source = `file:${file}`;
    await using kept = onTerminal(
      ["migrate", "--source", source, "--target", "embedded", "--schema", folder, "--keep"],
      {},
      COLUMNS,
    );
    await kept.shows(/The database is at \S+ until/);
    expectToFit(kept.lines());
    expect(kept.screen()).toMatch(/^DISCREPANT {2}\d problems, named below with what to do\./m);
    expect(kept.screen()).toMatch(/2 rows point to a row that is not there/);
    expect(kept.screen()).toMatch(/pets \(d\), owner_id → owners \(9\)/);
    const [, url = ""] = /The database is at (\S+) until/.exec(kept.screen()) ?? [];
    const place = ["--target", url, "--schema", folder];

    // The item that is missing, and the one that was heavy, are put right in the source.
    const corrected = pet("2", "c");
    await write([...LIST.map((each) => (each === HEAVY ? corrected : each)), owner("9"), contact("9")]);
    const again = await typed("migrate", "--source", source, ...place);
    expect(again.status, again.screen).toBe(1);
    expect(again.screen).toMatch(/^DISCREPANT {2}1 problem, named below/m);

    // What is left is let go by the very words that are shown.
    const [, shown = ""] = /^ +(accept --reason-code .*)$/m.exec(again.screen) ?? [];
    expect(shown).toBe("accept --reason-code no-entity --all --reason TEXT");
    const letGo = await typed(...shown.trim().replace("TEXT", "an-invoice").split(" "), ...place);
    expect(letGo.screen).toMatch(/^ACCEPTED {2}1 item/m);
    const proven = await typed("verify", ...place);
    expect(proven.status).toBe(0);
    expect(proven.screen).toMatch(/^VERIFIED \(1 accepted\)/m);

    const sealed = await typed("seal", ...place);
    expect([sealed.status, sealed.screen]).toEqual([0, expect.stringMatching(/^SEALED {2}run 1/m)]);
    expect((await typed("status", "--target", url)).screen).toMatch(/^ended: verified, .*\s+sealed/m);
    const back = await typed("rollback", ...place, "--yes");
    expect([back.status, back.screen]).toEqual([3, expect.stringMatching(/^REFUSED {2}run 1 is sealed/m)]);

    await kept.interrupt();
    expect(await kept.ended()).toBe(1);
    expect(await readFile(file, "utf8")).toContain("INVOICE#7");
  });

  it("a database of one's own is not kept, as it stays", async () => {
    const { screen, status } = await typed(
      ...[
        "migrate",
        "--source",
        `file:${file}`,
        "--target",
        "postgres://u@127.0.0.1:1/x",
        "--schema",
        folder,
        "--keep",
      ],
    );
    expect([status, screen]).toEqual([3, expect.stringContaining("leave --keep out")]);
  });
});
