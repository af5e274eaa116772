/** The pages a stranger reads, in the order they are read: the front page, and that of each room. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must } from "../../lambda/domain/must.ts";
import { type Block, blocksOf, type Shown, shownIn } from "./documents.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

export const PAGES = [
  "README.md",
  "schema/README.md",
  "bin/README.md",
  "lib/README.md",
  "lambda/README.md",
  "test/README.md",
] as const;

type Page = (typeof PAGES)[number];

export const readPage = (page: Page): Promise<string> => readFile(join(ROOT, page), "utf8");

export const blocksOfPage = async (page: Page): Promise<Block[]> => blocksOf(await readPage(page));

/** Rehearsals of the page of commands that have a test of their own, which carries them out as they stand there. */
export const REHEARSED = ["--dirty", "--sabotage"] as const;

export async function rehearsed(how: (typeof REHEARSED)[number]): Promise<Shown> {
  const shown = (await blocksOfPage("bin/README.md")).flatMap(shownIn);
  const found = shown.find(({ command }) => command.startsWith("bin/ddb2pg rehearse ") && command.endsWith(how));
  return must(found, `the page shows rehearse ${how}`);
}
