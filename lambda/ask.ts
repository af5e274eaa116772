/** An operator's questions → answers. Nothing here changes a source or a target. */
import {
  load,
  NO_MAPPING,
  noRun,
  openRun,
  openTarget,
  runsIn,
  type Schema,
  sourceOf,
  statementsOf,
  type Task,
} from "./compose.ts";
import type { Options } from "./contract.ts";
import type { AttributeValue } from "./domain/decode/attribute.ts";
import { decoder } from "./domain/decode/decoder.ts";
import { toDynamoDbJson } from "./domain/decode/dynamodb-json.ts";
import { isClean } from "./domain/discover/census.ts";
import { forecast } from "./domain/forecast.ts";
import { MigrationError } from "./domain/migration-error.ts";
import type { Pending, PendingGroup } from "./domain/proof/pending.ts";
import type { Report } from "./domain/proof/report.ts";
import type { Mapping } from "./mapping/model.ts";
import { check } from "./pipeline/check.ts";
import type { Target } from "./pipeline/conclude.ts";
import { refuse, sourceFindings } from "./pipeline/preflight.ts";
import { sourceKeys } from "./pipeline/source-keys.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemName } from "./ports/trace.ts";
import { parseSource } from "./settings.ts";

/** The run of that number, or the newest. */
export async function runOfNumber({ runs }: Target, id: number | undefined): Promise<Run> {
  const all = await runs.list();
  const run = id === undefined ? all[0] : all.find((each) => each.id === id);
  if (run !== undefined) return run;
  if (all.length === 0) throw noRun();
  throw new MigrationError("no-run", `there is no run ${id} in this database`, `these are there: ${runsIn(all)}`);
}

export interface CheckTask {
  readonly source: string;
  /** Without one, items are told by the shapes of their keys alone. */
  readonly schema: Schema | undefined;
  readonly keys: readonly string[] | undefined;
  readonly options: Options;
}

/** Takes the census of a source, writes nothing, and gives the statements a run would make the tables with. */
export async function runCheck(task: CheckTask, edge: { onProgress(read: number): void; signal: AbortSignal }) {
  const mapping = task.schema === undefined ? undefined : load(task.schema);
  const source = sourceOf(parseSource(task.source), task.options);
  const { sample } = task.options;
  try {
    const [pk, sk] = task.keys ?? [];
    const given = pk === undefined ? undefined : sk === undefined ? { pk } : { pk, sk };
    if (mapping !== undefined) refuse(await sourceFindings(source, mapping));
    const keys = mapping?.keys ?? given ?? (await sourceKeys(source, edge.signal));
    const expiredAt = BigInt(Math.floor(Date.now() / 1000));
    const mapped =
      mapping === undefined
        ? {}
        : { mapped: { mapping, decode: decoder(mapping, { source: source.name, expiredAt }) } };
    const checked = await check({ source, ...mapped, keys, ...(sample === undefined ? {} : { sample }), ...edge });
    const ddl = mapping === undefined ? [] : statementsOf(mapping);
    return { checked, ddl, clean: mapping === undefined || isClean(checked) };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** A run, the newest where none is named, and how far it is. */
export async function runStatus(url: string, id?: number, window?: number) {
  await using target = openTarget(url, NO_MAPPING);
  const run = await runOfNumber(target, id);
  const progress = await target.queue.progress(run);
  const { share, ...left } = forecast({ ...progress, startedAt: run.startedAt, now: new Date(), window });
  return { run, progress, share, left: run.phase === "copy" ? left : {} };
}

/** The report of the newest pass that ended, and one query a table to compute its fingerprint with. */
export async function runPlainSql({ target: url, schema }: Pick<Task, "target" | "schema">): Promise<string> {
  await using opened = await openRun(url, schema);
  return opened.target.plainSql(reportIn(opened.run));
}

/**
 * What waits for a decision: by table, reason and entity with some of each, and every single one to whoever takes them. `logKey`
 * makes what may stand for their keys in a log.
 */
export async function runListQuarantine({
  target: url,
  schema,
  limit,
  take,
}: Pick<Task, "target" | "schema"> & { readonly limit: number; readonly take?: (listed: Listed) => Promise<void> }) {
  await using opened = await openRun(url, schema);
  const { run, target } = opened;
  const { id, pass, logKey } = run;
  const groups = (await target.pending.groups(run, limit)).filter(({ reason }) => reason !== "copy");
  const listed = { run: id, pass, logKey, groups };
  await take?.({ ...listed, each: (some) => target.pending.each(run, some) });
  return listed;
}

export interface Listed {
  readonly run: number;
  readonly pass: number;
  readonly logKey: string;
  readonly groups: readonly PendingGroup[];
  /** Hands on all of them, some at a time. */
  each(take: (some: readonly Pending[]) => Promise<void>): Promise<void>;
}

export function reportIn({ id, report }: Run): Report {
  if (report !== undefined) return report;
  throw new MigrationError("no-run", `run ${id} has no report yet`, "run migrate until it ends");
}

export interface TraceTask extends Pick<Task, "target" | "schema"> {
  /** An item's key, or a table's name and a row's key, or `#` and a hash from a log. */
  readonly words: readonly string[];
  /** The words are an item's key, whatever the first one is. */
  readonly isItem: boolean;
}

export async function runTrace({ target: url, schema, words, isItem }: TraceTask) {
  await using opened = await openRun(url, schema);
  const { run, mapping, target } = opened;
  const { id, pass } = run;
  const [first = "", ...key] = words;
  const table = isItem ? undefined : mapping.tables.find(({ name }) => name === first);
  if (table === undefined)
    return { kind: "items" as const, run: id, pass, ...(await target.trace.items(run, itemName(words, mapping))) };
  if (key.length !== table.primaryKey.length) {
    const columns = table.primaryKey.map(({ name }) => name).join(", ");
    throw new MigrationError(
      "settings",
      `a row of ${first} is named by ${table.primaryKey.length} words`,
      `give its primary key: ${columns}`,
    );
  }
  return { kind: "row" as const, run: id, pass, table: first, key, ...(await target.trace.row(run, table, key)) };
}

/** Words of an operator → the key as the ledger may have it: which type a key is of the words do not tell. */
export function itemName([pk = "", sk]: readonly string[], { keys }: Mapping): ItemName {
  const [, hash] = sk === undefined ? (/^#([0-9a-f]{16})$/.exec(pk) ?? []) : [];
  if (hash !== undefined) return { hash };
  if (sk === undefined && keys.sk !== undefined) {
    const beginnings = valuesOf(pk).map((value) => `${toDynamoDbJson({ [keys.pk]: value }).slice(0, -1)},`);
    // What has no key is known by its position alone.
    return { beginnings: [...beginnings, pk] };
  }
  const { sk: name } = keys;
  const sorts = sk === undefined || name === undefined ? [{}] : valuesOf(sk).map((value) => ({ [name]: value }));
  const sources = valuesOf(pk).flatMap((value) => sorts.map((sort) => toDynamoDbJson({ [keys.pk]: value, ...sort })));
  return { sources: sk === undefined ? [...sources, pk] : sources };
}

/** What a word of a key may be: text, a number, or binary as it is shown, in base64. */
function valuesOf(word: string): AttributeValue[] {
  const bytes = Buffer.from(word, "base64");
  return [{ S: word }, { N: word }, ...(bytes.toString("base64") === word ? [{ B: new Uint8Array(bytes) }] : [])];
}
