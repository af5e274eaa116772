/** The page of a report: the words and numbers of the terminal, whatever names are in it as text, and nothing that is fetched or run. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { program } from "../../bin/commands/program.ts";
import { html, words } from "../../bin/html/markup.ts";
import { pageOf } from "../../bin/html/page.ts";
import { together } from "../../bin/html/schema-picture.ts";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { NO_MAPPING } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../lambda/domain/proof/report-of.ts";
import { EMPTY_TALLY } from "../../lambda/domain/proof/tally.ts";
import { visible } from "../../lambda/domain/visible.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { HOSTILE, hostileReport, LONG } from "../support/hostile-report.ts";
import { faultsOf, textOf } from "../support/page-reading.ts";
import { contact, GOOD, pet } from "../support/pets.ts";
import { HEADER, held, reportIn } from "../support/reports.ts";

const DIRTY: readonly Item[] = [
  ...GOOD,
  ...[pet("nobody", "stray"), pet("1", "heavy", { Weight: { S: "too heavy to say" } }), contact("lonely", "555-0199")],
  { PK: { S: "INVOICE#9" }, SK: { S: "LINE#1" }, Total: { S: "twelve and a half" } },
];
/** Of attributes, and of no key. */
const VALUES = ["too heavy", "555-0199", "twelve and", "name of 1", "tag a", "1.23456789", "9007199254740993"];

let database: TestDatabase;
let folder: string;
let report: Report;
let page: string;
beforeAll(async () => {
  [database, folder] = [await createDatabase(), await mkdtemp(join(tmpdir(), "page-"))];
  const support = pathToFileURL(resolve("test/support/pets.ts")).href;
  for (const name of ["tables", "items"])
    await writeFile(join(folder, `${name}.ts`), `export { ${name} } from "${support}";`);
  const source = join(folder, "pets.jsonl");
  await writeFile(source, DIRTY.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join(""));
  page = await asked(
    "migrate",
    "--source",
    `file:${source}`,
    "--schema",
    folder,
    "--json",
    join(folder, "report.json"),
  );
  report = await reportIn(join(folder, "report.json"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

/** What a command writes with `--html`. */
async function asked(...words: string[]): Promise<string> {
  const file = join(folder, "page.html");
  const silent = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
  const { exitCode } = process;
  try {
    await program().parseAsync([...words, "--target", database.url, "--html", file], { from: "user" });
  } finally {
    for (const each of silent) each.mockRestore();
    process.exitCode = exitCode;
  }
  return readFile(file, "utf8");
}

/** What a terminal shows, piece by piece, that the page does not. */
function missing(shown: Report, told: string): string[] {
  const text = textOf(told).replace(/\s+/g, " ");
  const pieces = reportText(shown)
    .split("\n")
    .flatMap((line) =>
      line
        .trim()
        .replace(/^(→|\d+\.) /, "")
        .split(/ {2,}| · (?=build|verify|repair)/),
    );
  return pieces.filter((piece) => !text.includes(visible(piece.trim())));
}

describe("the page of a report", () => {
  it("is made of what the ledger keeps: the same afterwards as when it was proven", async () => {
    expect(await asked("report")).toBe(page);
  });

  it("says all that the terminal says, with the same numbers", () => {
    expect(report.verdict).toBe("discrepant");
    expect(missing(report, page)).toEqual([]);
    expect(missing(report, page.replace("4 problems", "5 problems")).length).toBe(1);
    expect(missing(report, page.replaceAll("stray", "astray")).length).toBeGreaterThan(0);
  });

  it("has a box for each table with its columns, a line for each foreign key, and orphans in red", () => {
    for (const { name, columns } of report.schema)
      for (const text of [name, ...columns.map((column) => column.name)])
        expect(page).toMatch(new RegExp(`<text[^>]*>${text}\\b`));
    expect(page.match(/class="edge"/g)).toHaveLength(1);
    expect(page).toMatch(/<text[^>]*fill="#000005"[^>]*> ?1 orphan ?<\/text>/);
  });

  it("has the verdict and the causes before all else", () => {
    const [first = "", ...others] = [...page.matchAll(/<h[12]>([^<]*)</g)].map(([, title = ""]) => title);
    expect([first, ...others].slice(0, 5)).toEqual([
      ...["DISCREPANT", "Problems", "Foreign keys that do not hold", "Worth a look", "The target"],
    ]);
    expect(others).toEqual(expect.arrayContaining(["What went where", "Time", "Checks", "Each table"]));
  });

  it("I10: holds no value of an attribute", () => {
    expect(JSON.stringify(DIRTY)).toContain(VALUES[0]);
    expect(VALUES.filter((value) => page.includes(value))).toEqual([]);
  });

  it("I10: with hashes, says no key of an item or a row, anywhere", async () => {
    const hashed = await asked("report", "--hash-keys");
    const KEYS = /stray|nobody|heavy|lonely|OWNER#|PET#|INVOICE/;
    expect(page).toMatch(KEYS);
    expect(hashed).not.toMatch(KEYS);
    expect(textOf(hashed)).toMatch(/#[0-9a-f]{16}/);
    expect(faultsOf(hashed)).toEqual([]);
    await expect(
      program().parseAsync(["report", "--target", "nowhere", "--hash-keys"], { from: "user" }),
    ).rejects.toMatchObject({ code: "settings", message: expect.stringMatching(/--hash-keys/) });
  });
});

it("of a pass that has not ended there is a page, too", async () => {
  const early = { ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY), schema: report.schema };
  const told = await pageOf(early);
  expect(faultsOf(told)).toEqual([]);
  expect(missing(early, told)).toEqual([]);
  expect(told).toMatch(/<h1>INCOMPLETE<\/h1>/);
});

describe("names that are hostile", () => {
  let hostile: Report;
  let told: string;
  beforeAll(async () => {
    hostile = held(hostileReport(300));
    told = await pageOf(hostile);
  });

  it("are text, in a page that closes what it opens, fetches nothing and runs nothing", () => {
    expect(faultsOf(told)).toEqual([]);
    expect(faultsOf(page)).toEqual([]);
    expect(missing(hostile, told)).toEqual([]);
    const text = textOf(told);
    for (const name of HOSTILE) expect(text).toContain(visible(name));
    expect(LONG).toHaveLength(63);
    for (const { name } of hostile.schema) expect(text).toContain(visible(name));
  });

  it("hide nothing: what would turn the line is told by its number", () => {
    expect(textOf(told)).toContain("⟨U+202E⟩gnp.elif⟨U+202C⟩");
    expect(told).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(words("to نص (1)").toString()).toBe("to <bdi>نص</bdi> (1)");
    expect(words("نص من x and نص").toString()).toBe("<bdi>نص من</bdi> x and <bdi>نص</bdi>");
  });

  it("are in the picture as they are, also where they would mean something to Graphviz", () => {
    const picture = textOf(told.slice(told.indexOf('<div class="pictures"'), told.indexOf("What went where")));
    for (const name of HOSTILE) expect(picture.split("\n")).toContain(visible(name));
  });

  it("are drawn by what hangs together", () => {
    const groups = together(hostile.schema);
    expect(groups).toHaveLength(100);
    expect(groups.flat()).toHaveLength(300);
    expect(told.match(/<svg width/g)).toHaveLength(100);
  });
});

it("a page that is not as it should be is found", () => {
  const faults = (body: string) => faultsOf(`<!doctype html><html><head></head><body>${body}</body></html>`);
  expect(faults("<p>a &amp; b</p>")).toEqual([]);
  expect(faults("<div><p>a</div>")).not.toEqual([]);
  expect(faults("<script>1</script>")).toContain("there is an element script");
  expect(faults('<p onclick="x">a</p>')).toContain("p has onclick");
  expect(faults('<a href="https://example.org">a</a>')).toContain("a has href");
  expect(faults('<p style="background: url(https://example.org)">a</p>')).toContain("p fetches");
  expect(faults('<style>@import "https://example.org";</style>')).toContain("style fetches");
});

it("only text, numbers and markup go into markup, and text is escaped", () => {
  expect(html`<p>${`<b a="1">&'`}${1}${html`<i>${"<"}</i>`}${undefined}</p>`.toString()).toBe(
    "<p>&lt;b a=&quot;1&quot;&gt;&amp;&#39;1<i>&lt;</i></p>",
  );
  // @ts-expect-error: text is no markup
  const listed = html`${["<b>"]}`;
  expect(listed.toString()).toBe("&lt;b&gt;");
});
