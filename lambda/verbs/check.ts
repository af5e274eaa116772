/** `check`: what a source holds and what a mapping makes of it, before anything is written. */
import { load, type Schema, sourceOf, statementsOf } from "../compose.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { isClean } from "../domain/discover/census.ts";
import type { Options } from "../options.ts";
import { check as census } from "../pipeline/check.ts";
import { refuse, sourceFindings } from "../pipeline/preflight.ts";
import { sourceKeys } from "../pipeline/source-keys.ts";
import type { Progress } from "../ports/progress.ts";
import { parseSource } from "../settings.ts";
import type { Verb } from "../verb.ts";

export const check = {
  says: "read a source, write nothing, and show what is in it and what the mapping does not cover yet",
  needs: ["source"],
  takes: ["schema", "keys", "sample", "maxReadUnits", "attributes", "ddl", "json"],
  meaning: {
    schema: "the folder with tables.ts and items.ts; one that holds neither shows the shapes of the keys",
    sample: "read about so many items, from all over the source",
  },
  ends: "0 nothing to mend, or no mapping to mend; 1 something is, or there is no item; 2 stopped before; 3 refused",
} as const satisfies Verb;

export interface CheckTask {
  readonly source: string;
  /** Without one, items are told by the shapes of their keys alone. */
  readonly schema: Schema | undefined;
  readonly keys: readonly string[] | undefined;
  readonly options: Options;
}

/** Takes the census of a source, writes nothing, and gives the statements a run would make the tables with. */
export async function runCheck(
  task: CheckTask,
  { progress, ...edge }: { onProgress(read: number): void; signal: AbortSignal; progress?: Progress },
) {
  const mapping = task.schema === undefined ? undefined : load(task.schema);
  const source = sourceOf(parseSource(task.source), task.options, progress === undefined ? {} : { progress });
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
    const checked = await census({ source, ...mapped, keys, ...(sample === undefined ? {} : { sample }), ...edge });
    const ddl = mapping === undefined ? [] : statementsOf(mapping);
    const isEmpty = checked.read === 0 && !edge.signal.aborted;
    return { checked, ddl, clean: !isEmpty && (mapping === undefined || isClean(checked)) };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}
