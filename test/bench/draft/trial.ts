/** A public case → a draft of its mapping, and what migrating that and the one written by hand makes of its items. */
import { readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import pg from "pg";
import { readSchema } from "../../../bin/terminal/schema-folder.ts";
import type { Report } from "../../../lambda/domain/proof/report.ts";
import { reportIn } from "../../support/reports.ts";
import { ask } from "../measure/engine.ts";
import { handOf, itemsOf, type PublicCase } from "./cases.ts";
import { ddb2pg } from "./command.ts";
import { isUntold } from "./comments.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { nameOf, type Recall, recallOf } from "./recall.ts";
import { writeSoundItems } from "./sound-items.ts";

export interface Drafted {
  readonly folder: string;
  /** Processor seconds of `draft`, and of `check` with what it wrote. */
  readonly draft: number;
  readonly check: number;
  /** Why there is no draft. */
  readonly failure?: string;
}

/** Writes a draft into a folder that is not there yet. */
export function draftCase(name: PublicCase, folder: string): Drafted {
  const from = ["--source", `file:${itemsOf(name)}`, "--schema", folder];
  const { status, said, seconds } = ddb2pg("draft", ...from);
  if (status !== 0) return { folder, draft: seconds, check: 0, failure: `draft ended with ${status}: ${said}` };
  return { folder, draft: seconds, check: ddb2pg("check", ...from).seconds };
}

export interface Outcome extends Recall {
  readonly verdict: string;
  /** Items that became no rows, and attributes that became no column, beyond those of the mapping written by hand. */
  readonly lost: number;
  /** Drafted foreign keys with orphans of which no comment tells. */
  readonly wrong: readonly string[];
}

/** Migrates both mappings, each into a database of its own of a server. Leaves reports in a folder. */
export async function compareCase(name: PublicCase, folder: string, server: string, out: string): Promise<Outcome> {
  const [items, schema] = [itemsOf(name), handOf(name)];
  const database = (kind: string) => ({ server, out: join(out, `${kind}-${name}.json`) });
  const hand = await migrated({ ...database("hand"), items, schema });
  const drafted = await migrated({ ...database("draft"), items, schema: folder });
  const sound = join(out, `${name}.jsonl`);
  const refused = await writeSoundItems(items, await readSchema(schema), sound);
  // Of what the one refuses and the other takes, no column can hold the same.
  const compared = refused === 0 ? drafted : await migrated({ ...database("sound"), items: sound, schema: folder });
  const text = await readFile(join(folder, "tables.ts"), "utf8");
  return {
    ...recallOf(hand.contents, compared.contents),
    verdict: drafted.report.verdict,
    lost: Math.max(0, lostIn(drafted.report) - lostIn(hand.report)),
    wrong: drafted.contents.relations.filter((relation) => isUntold(text, relation)).map(nameOf),
  };
}

const lostIn = ({ items, unmapped }: Report): number => items.quarantined + unmapped.length;

interface Migrated {
  readonly contents: Contents;
  readonly report: Report;
}

interface Wanted {
  readonly items: string;
  readonly schema: string;
  readonly server: string;
  readonly out: string;
}

async function migrated({ items, schema, server, out }: Wanted): Promise<Migrated> {
  const database = parse(out).name;
  await ask(server, `create database ${pg.escapeIdentifier(database)}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const words = ["--source", `file:${items}`, "--schema", schema, "--target", url.href, "--json", out];
  const { status, said } = ddb2pg("migrate", ...words);
  // 1 is a verdict: the data has faults of its own.
  if (status !== 0 && status !== 1) throw new Error(`migrate --schema ${schema} ended with ${status}: ${said}`);
  const report = await reportIn(out);
  return { report, contents: await contentsOf(url.href, report) };
}
