/** The public tables, each with the file of its items and the mapping that was written by hand. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../../..");
const PUBLIC = resolve(ROOT, "../shared/cases");

/** Case → its file, from the folder of that name. */
const FILES = {
  "battle-royale": "items.ddb.jsonl",
  "online-shop": "items.ddb.jsonl",
  "electrodb-taskmanager": "items.ddb.jsonl",
  elearning: "items.ddb.jsonl",
  "social-network": "items.ddb.jsonl",
  "all-types": "items.ddb.jsonl",
  "s3-full-export": "export/AWSDynamoDB/01715685260608-c488b4e1/data/uimbi7eofu2b5kzkxe63gsvb6i.json.gz",
} as const;

export type PublicCase = keyof typeof FILES;
export const PUBLIC_CASES = Object.keys(FILES) as readonly PublicCase[];

export const itemsOf = (name: PublicCase): string => join(PUBLIC, name, FILES[name]);
export const isThere = (name: PublicCase): boolean => existsSync(itemsOf(name));

/** The folder of the mapping that was written by hand. */
export const handOf = (name: PublicCase): string => join(ROOT, "test/cases", name);
