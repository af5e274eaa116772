/**
 * The floor: `COPY … FROM STDIN` of files that are there already, one after the other over one connection, and nothing else.
 * node bare-copy.ts URL FOLDER.
 */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from } from "pg-copy-streams";
import type { Load } from "../inputs/floor.ts";
import { mark } from "../measure/marks.ts";

const CHUNK = 256 * 1024;

const [url = "", folder = ""] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
const loads: readonly Load[] = JSON.parse(await readFile(join(folder, "loads.json"), "utf8"));
mark("ready");
for (const part of ["rows", "audit"] as const) {
  for (const { copy, file } of loads.filter((each) => each.part === part)) {
    await pipeline(createReadStream(file, { highWaterMark: CHUNK }), client.query(from(copy)));
  }
  mark(part);
}
await client.end();
