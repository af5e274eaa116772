/** The pages a stranger reads, in the order they are read: the front page, and that of each room. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Block, blocksOf } from "./documents.ts";

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
