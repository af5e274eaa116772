/** The page of a report in a real browser: at the width of a telephone, of a screen and of paper, by day and by night. Its pictures are left to be looked at. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageOf } from "../../bin/html/page.ts";
import { must } from "../../lambda/domain/must.ts";
import { hostileReport } from "../support/hostile-report.ts";
import { type Look, openFile, PICTURES, startBrowser } from "./browser.ts";
import { overflows, violations } from "./looks.ts";

const PHONE = { width: 400, media: "screen" } as const;
const SCREEN = { width: 1200, media: "screen" } as const;
/** A4, but for its margins. */
const PAPER: Look = { width: 703, media: "print", colours: "light" };
const LOOKS: readonly Look[] = [
  ...[PHONE, SCREEN].flatMap((place) => (["light", "dark"] as const).map((colours) => ({ ...place, colours }))),
  PAPER,
  // Paper is white by night, too.
  { ...PAPER, colours: "dark" },
];

const started = await startBrowser();
const browser = typeof started === "string" ? undefined : started;
if (typeof started === "string")
  process.stderr.write(`The pages were not looked at, as no browser starts (${started}): name one in CHROME_PATH.\n`);

describe.skipIf(browser === undefined)("the page of a report, in a browser", () => {
  const open = (name: string, look: Look, asked?: string[]) =>
    openFile(must(browser, "nothing is looked at without one"), fileOf(name), look, asked);
  let folder: string;
  const fileOf = (name: string): string => join(folder, `${name}.html`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pages-"));
    const rehearsal = ["bin/cli.ts", "rehearse", "--items", "300", "--dirty", "--html", fileOf("dirty")];
    // It ends discrepant.
    await promisify(execFile)(process.execPath, rehearsal).catch(({ code }) => expect(code).toBe(1));
    await writeFile(fileOf("hostile"), await pageOf(hostileReport(12)));
    await writeFile(fileOf("large"), await pageOf(hostileReport(300)));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pages = ["dirty", "hostile"].flatMap((name) => LOOKS.map((look) => ({ name, ...look })));
  it.each(pages)("$name fits $width pixels of a $media, $colours, and axe finds nothing", async ({ name, ...look }) => {
    const asked: string[] = [];
    const page = await open(name, look, asked);
    const picture = join(PICTURES, `${name}-${look.width}-${look.media}-${look.colours}.png`);
    await page.screenshot({ path: picture, fullPage: true });
    expect(await overflows(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(asked).toEqual([]);
    await page.close();
  });

  it("with 300 tables fits a telephone and paper", async () => {
    for (const look of [{ ...PHONE, colours: "light" } as const, PAPER]) {
      const asked: string[] = [];
      const page = await open("large", look, asked);
      expect(await overflows(page)).toEqual([]);
      expect(asked).toEqual([]);
      await page.close();
    }
  });

  it("shows on paper what is folded on a screen", async () => {
    const shown = [];
    for (const look of [{ ...PAPER, media: "screen" } as const, PAPER]) {
      const page = await open("dirty", look);
      shown.push(
        await page.$$eval("details:not([open]) table", (list) => list.filter((each) => each.checkVisibility()).length),
      );
      await page.close();
    }
    expect(shown[0]).toBe(0);
    expect(shown[1]).toBeGreaterThan(10);
  });

  it.each([
    ["a page that is too wide", '<main><h1>a</h1><p style="width: 3000px">b</p></main>', /3000px/],
    [
      "a contrast too low",
      '<main><h1>a</h1><p style="color: #999; background: #aaa">pale words</p></main>',
      /^color-contrast/,
    ],
    ["a heading left out", "<main><h1>a</h1><h3>b</h3></main>", /^heading-order/],
    ["a picture from elsewhere", '<main><h1>a</h1><img alt="" src="http://127.0.0.1:9/x.png"/></main>', /^http:..127/],
  ])("%s is found", async (_, body, message) => {
    await writeFile(
      fileOf("twin"),
      `<!doctype html><html lang="en"><head><title>t</title></head><body>${body}</body></html>`,
    );
    const asked: string[] = [];
    const page = await open("twin", { ...PHONE, colours: "light" }, asked);
    const found = [...(await overflows(page)), ...(await violations(page)), ...asked];
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
    await page.close();
  });
});
