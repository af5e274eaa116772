/** `check`: what a source holds and what a mapping makes of it, before anything is written. */
import { load, type Schema, statementsOf } from "../compose.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { type Census, isClean } from "../domain/discover/census.ts";
import { MigrationError } from "../domain/migration-error.ts";
import type { Mapping } from "../mapping/model.ts";
import type { Options } from "../options.ts";
import { check as census } from "../pipeline/check.ts";
import { refuse, sourceFindings } from "../pipeline/preflight.ts";
import { sourceKeys } from "../pipeline/source-keys.ts";
import type { Progress } from "../ports/progress.ts";
import type { ItemSource } from "../ports/source.ts";
import { parseSource } from "../settings.ts";
import { sourceOf } from "../sources.ts";
import type { Verb } from "../verb.ts";

export const check = {
  says: "read a source, write nothing, and show what is in it and what the mapping does not cover yet",
  needs: ["source"],
  takes: ["schema", "keys", "sample", "maxReadUnits", "trustSummary", "attributes", "ddl", "json"],
  meaning: {
    schema:
      "the folder with tables.ts and items.ts; one that holds neither, or the default where no item is of its kinds, shows the shapes of the keys",
    sample: "read about so many items, from all over the source",
  },
  ends: "0 nothing to mend, or no mapping to mend; 1 something is, or there is no item; 2 stopped before; 3 refused",
} as const satisfies Verb;

export interface CheckTask {
  readonly source: string;
  /** Without one, items are told by the shapes of their keys alone. */
  readonly schema: Schema | undefined;
  /** Nobody has named it: a source none of whose items it knows is shown without it. */
  readonly isDefault?: boolean;
  readonly keys: readonly string[] | undefined;
  readonly options: Options;
}

/** Takes the census of a source, writes nothing, and gives the statements a run would make the tables with. */
export async function runCheck(
  task: CheckTask,
  { progress, ...edge }: { onProgress(read: number): void; signal: AbortSignal; progress?: Progress },
) {
  const declared = task.schema === undefined ? undefined : load(task.schema);
  const source = await sourceOf(parseSource(task.source), task.options, progress === undefined ? {} : { progress });
  const { sample } = task.options;
  const take = (mapping: Mapping | undefined, keys: Mapping["keys"], some = sample) => {
    const expiredAt = BigInt(Math.floor(Date.now() / 1000));
    const mapped =
      mapping === undefined
        ? {}
        : { mapped: { mapping, decode: decoder(mapping, { source: source.name, expiredAt }) } };
    return census({ source, ...mapped, keys, ...(some === undefined ? {} : { sample: some }), ...edge });
  };
  try {
    const [pk, sk] = task.keys ?? [];
    const given = pk === undefined ? undefined : sk === undefined ? { pk } : { pk, sk };
    const isAsked = task.isDefault !== true;
    let mapping = declared;
    if (mapping !== undefined && !isAsked && !sameKeys(given ?? (await keysIfTold(source, edge.signal)), mapping.keys))
      mapping = undefined;
    const findings = mapping === undefined ? [] : await sourceFindings(source, mapping);
    if (mapping !== undefined && findings.length > 0) {
      // Whose table it is has to be known before its mapping is found wanting.
      if (!isAsked && isOfNone(await take(mapping, mapping.keys, PROBED))) mapping = undefined;
      else refuse(findings);
    }
    const keys = mapping?.keys ?? given ?? (await sourceKeys(source, edge.signal));
    const taken = await take(mapping, keys);
    const foreign = declared !== undefined && !isAsked && (mapping === undefined || isOfNone(taken));
    const checked = foreign ? { ...taken, entities: [], findings: [] } : taken;
    const ddl = mapping === undefined || foreign ? [] : statementsOf(mapping);
    const isEmpty = checked.read === 0 && !edge.signal.aborted;
    const mapped = mapping !== undefined && !foreign;
    return { checked, ddl, mapped, foreign, clean: !isEmpty && (!mapped || isClean(checked)) };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}

/** Items looked at where it has to be known beforehand whether the mapping is meant. */
const PROBED = 1000;

const isOfNone = ({ read, entities }: Census): boolean => read > 0 && entities.every(({ count }) => count === 0);

const sameKeys = (a: Mapping["keys"] | undefined, b: Mapping["keys"]): boolean =>
  a === undefined || (a.pk === b.pk && a.sk === b.sk);

/** Undefined where nobody can tell, and the mapping is taken at its word. */
async function keysIfTold(source: ItemSource, signal: AbortSignal): Promise<Mapping["keys"] | undefined> {
  try {
    return await sourceKeys(source, signal);
  } catch (error) {
    if (error instanceof MigrationError && error.code === "settings") return undefined;
    throw error;
  }
}
