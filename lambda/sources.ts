/**
 * What is said of a source → the source itself, over the adapters of where it stands. An SDK is 30 MB of memory and a tenth of a second:
 * it is loaded by whoever asks for it.
 */
import { usualLimit } from "./adapters/dynamodb/read-limit.ts";
import { folderPlace } from "./adapters/file/export/folder-place.ts";
import type { ExportPlace } from "./adapters/file/export/place.ts";
import { openExports } from "./adapters/file/export/source.ts";
import { fileSource } from "./adapters/file/plain/source.ts";
import type { ExportFolder } from "./domain/bucket.ts";
import { MigrationError } from "./domain/migration-error.ts";
import type { Options } from "./options.ts";
import type { Allowances } from "./ports/allowance.ts";
import { type ExportSource, isOfExports } from "./ports/exports.ts";
import type { Progress } from "./ports/progress.ts";
import type { Run } from "./ports/runs.ts";
import type { ItemSource } from "./ports/source.ts";
import { type ExportSetting, parseSource, type SourceSetting } from "./settings.ts";

export type OpenSource = (ItemSource | ExportSource) & Partial<AsyncDisposable>;

/** With whom the reading of a table is shared, who is told that it is waited for, and what was read before. */
export interface Readers {
  readonly allowances?: Allowances | undefined;
  readonly progress?: Progress | undefined;
  /** The run that goes on with the source. */
  readonly run?: Run | undefined;
}

/** Without the allowances of a target, what this process reads alone counts. */
export async function sourceOf(setting: SourceSetting, options: Options, readers: Readers = {}): Promise<OpenSource> {
  if (setting.kind === "file") return fileSource(setting);
  return setting.kind === "dynamodb" ? tableOf(setting, options, readers) : exportsOf(setting, options, readers);
}

type TableSetting = SourceSetting & { readonly kind: "dynamodb" };

async function tableOf(
  { kind: _, ...place }: TableSetting,
  { maxReadUnits }: Options,
  { allowances, progress }: Readers,
) {
  const { dynamoDbSource } = await import("./adapters/dynamodb/source.ts");
  return dynamoDbSource({
    ...place,
    ...(maxReadUnits === undefined ? {} : { maxReadUnits }),
    ...(allowances === undefined ? {} : { allowances }),
    ...(progress === undefined ? {} : { connecting: tellConnecting(progress) }),
  });
}

/** Exports, which name their table themselves; with a live table beside them, that is what single items are read from again. */
async function exportsOf(
  setting: ExportSetting,
  options: Options,
  readers: Readers,
): Promise<ExportSource & AsyncDisposable> {
  const { live, trustSummary = false } = options;
  const table = live === undefined ? undefined : await liveTable(live, options, readers);
  const opened: AsyncDisposable[] = table === undefined ? [] : [table];
  const since = readers.run?.exports.at(-1)?.to;
  const source = await openExports(setting.words, { trustSummary, since }, (words) => placeOf(words, opened, readers));
  const close = async () => void (await Promise.all(opened.map((each) => each[Symbol.asyncDispose]())));
  const read = { ...source, [Symbol.asyncDispose]: close };
  const all = withThoseOf(readers.run, read, options);
  if (table === undefined) return all;
  if (tableIn(table.name) !== tableIn(source.name)) throw otherTable(source.name);
  const { reread } = table;
  return { ...all, reread, exports: { ...all.exports, after: () => reread } };
}

async function liveTable(words: string, options: Options, readers: Readers) {
  const setting = parseSource(words);
  if (setting.kind === "dynamodb") return tableOf(setting, options, readers);
  throw new MigrationError("settings", "--live names no table", "write --live dynamodb:TABLE[?region=REGION]");
}

/** The name of a table, in what a source of it is called. */
const tableIn = (name: string): string | undefined => /[^:/?]+(?=\?|$)/.exec(name)?.[0];

const otherTable = (name: string): MigrationError =>
  new MigrationError(
    "settings",
    "--live names another table",
    `name the one that was exported: ${name.replace(/^export:/, "")}`,
  );

/** Where the words of a source lead: also those that a run's ledger has. */
async function placeOf(words: string, opened: AsyncDisposable[], { progress }: Readers): Promise<ExportPlace> {
  const setting = parseSource(words);
  if (setting.kind === "export") return folderPlace(setting.folder);
  if (setting.kind !== "s3") throw new Error(`no exports stand at ${setting.kind}:`);
  const { bucket, prefix, region, endpoint } = setting;
  const more = { ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint }) };
  const connecting = progress && tellConnecting(progress);
  const { bucketStore } = await import("./adapters/s3/store.ts");
  const store = bucketStore({ bucket, prefix, ...more, connecting });
  opened.push(store);
  const query = new URLSearchParams(more).toString();
  return { store, prefix, sourceOf: (key) => `s3://${bucket}/${key}${query === "" ? "" : `?${query}`}` };
}

/** What a source is called in a ledger. */
export async function nameOfSource(setting: SourceSetting, options: Options): Promise<string> {
  if (setting.kind === "file") return fileSource(setting).name;
  if (setting.kind === "dynamodb") return (await import("./adapters/dynamodb/source.ts")).tableSource(setting);
  const source = await exportsOf(setting, options, {});
  await source[Symbol.asyncDispose]();
  return source.name;
}

/** What a run is read from again: the source it is named after, or where its last export stands. */
export const sourceOfRun = (run: Run, options: Options, readers: Readers): Promise<OpenSource> =>
  sourceOf(parseSource(run.exports.at(-1)?.place ?? run.source), options, { ...readers, run });

/** The same exports, and those that the run has found elsewhere before, as far as they are still there. */
function withThoseOf(run: Run | undefined, source: ExportSource & AsyncDisposable, options: Options): typeof source {
  if (run === undefined) return source;
  const { exports } = source;
  const list: typeof exports.list = async () => {
    const all = new Map((await exports.list()).map((each) => [each.id, each]));
    const elsewhere = run.places.filter((place) => [...all.values()].every((each) => each.place !== place));
    for (const place of elsewhere) {
      const others = await exportsAt(place, options);
      for (const each of others) if (!all.has(each.id)) all.set(each.id, each);
    }
    return [...all.values()];
  };
  return { ...source, exports: { ...exports, list } };
}

/** Nothing where they are gone: what is needed of them is asked for by name. */
async function exportsAt(place: string, options: Options) {
  try {
    const source = await sourceOf(parseSource(place), { ...options, live: undefined }, {});
    try {
      return isOfExports(source) ? await source.exports.list() : [];
    } finally {
      await source[Symbol.asyncDispose]?.();
    }
  } catch (error) {
    if (error instanceof MigrationError) return [];
    throw error;
  }
}

/** What a table says of its size, by looking at so many of its items. */
export async function sizeOfTable({ kind: _, ...place }: TableSetting, sample: number, progress?: Progress) {
  const { tableSize } = await import("./adapters/dynamodb/table-size.ts");
  return tableSize(place, sample, progress && tellConnecting(progress));
}

/** Exports of a table in a place. */
export async function exportRequestsOf(
  { kind: _, ...table }: TableSetting,
  place: ExportFolder & { readonly kmsKey?: string | undefined },
  progress: Progress,
) {
  const { exportRequests } = await import("./adapters/dynamodb/export-requests.ts");
  return exportRequests({ ...table, ...place, connecting: tellConnecting(progress) });
}

/** By how much a table is read where nothing is known of it and nobody says. */
export const USUAL_LIMIT = usualLimit({});

export const tellConnecting =
  (progress: Progress) =>
  (to: string, seconds: number): void =>
    progress.tell({ kind: "connecting", to, seconds });
