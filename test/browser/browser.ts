/** A Chromium without a window: the one that CHROME_PATH names, the one of node_modules (Linux, x64, glibc), or the one that is installed. */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** Where it is unpacked, once, and where the pictures are: neither is the repository's. */
const CACHE = resolve(import.meta.dirname, "../../node_modules/.cache/browser");
export const PICTURES = resolve(CACHE, "pictures");

const SANDBOX = ["--no-sandbox", "--disable-setuid-sandbox"];

async function packed(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("node_modules has one for Linux on x64");
  const { default: chromium } = await import("@sparticuz/chromium");
  chromium.setGraphicsMode = false;
  const executablePath = await unpacked(() => chromium.executablePath());
  return puppeteer.launch({ executablePath, args: chromium.args, headless: "shell" });
}

/** It unpacks itself into the folder for what is temporary, anew each time where that goes. */
async function unpacked(work: () => Promise<string>): Promise<string> {
  const { TMPDIR: before } = process.env;
  process.env.TMPDIR = CACHE;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Or why there is none. */
export async function startBrowser(): Promise<Browser | string> {
  await mkdir(PICTURES, { recursive: true });
  const { CHROME_PATH: named } = process.env;
  // One that was named and does not start is a fault.
  if (named !== undefined) return puppeteer.launch({ executablePath: named, args: SANDBOX });
  try {
    return await packed();
  } catch (first) {
    return puppeteer
      .launch({ channel: "chrome", args: SANDBOX })
      .catch((second) => [first, second].map(firstLine).join("; "));
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly media: "screen" | "print";
  readonly colours: "light" | "dark";
}

/** Opens a file as somebody has it; `asked` takes whatever it wants to fetch beside itself, or is not allowed to. */
export async function openFile(
  browser: Browser,
  file: string,
  { width, media, colours }: Look,
  asked: string[] = [],
): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  const session = await page.createCDPSession();
  await session.send("Emulation.setEmulatedMedia", {
    media,
    features: [{ name: "prefers-color-scheme", value: colours }],
  });
  const url = `file://${file}`;
  page.on("request", (request) => request.url() === url || asked.push(request.url()));
  page.on("console", (message) => message.type() === "error" && asked.push(message.text()));
  await page.goto(url, { waitUntil: "load" });
  return page;
}
