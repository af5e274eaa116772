/** A folder of files of items for each test of a file, and what is put there. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { toDynamoDbJson } from "../../lambda/domain/decode/dynamodb-json.ts";

export const itemLines = (items: readonly Item[]): string =>
  items.map((item) => `{"Item":${toDynamoDbJson(item)}}\n`).join("");

export interface ItemFolder {
  /** What holds all of them. */
  readonly all: string;
  /** That of this test; its name has a blank. */
  readonly path: string;
  /** Text is packed where the name says so. */
  put(name: string, content: string | Uint8Array): Promise<string>;
  /** Another one for the same test. */
  renew(): Promise<void>;
}

/** To be called where a file of tests begins. */
export function itemFolder(): ItemFolder {
  let [all, path] = ["", ""];
  const renew = async (): Promise<void> => {
    path = await mkdtemp(join(all, "items of "));
  };
  beforeAll(async () => {
    all = await realpath(await mkdtemp(join(tmpdir(), "item-files-")));
  });
  beforeEach(renew);
  afterAll(() => rm(all, { recursive: true }));
  return {
    get all() {
      return all;
    },
    get path() {
      return path;
    },
    renew,
    put: async (name, content) => {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, name.endsWith(".gz") && typeof content === "string" ? gzipSync(content) : content);
      return file;
    },
  };
}
