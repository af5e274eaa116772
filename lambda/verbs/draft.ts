/** `draft`: what a source holds → a mapping to begin with, which decodes whatever of it was seen. */
import { load, type Schema } from "../compose.ts";
import { decoder } from "../domain/decode/decoder.ts";
import { Groups } from "../domain/discover/groups.ts";
import type { KnownModel } from "../domain/draft/known-model.ts";
import type { Options } from "../options.ts";
import { draft as read } from "../pipeline/draft.ts";
import { sourceKeys } from "../pipeline/source-keys.ts";
import type { Progress } from "../ports/progress.ts";
import { parseSource } from "../settings.ts";
import { sourceOf } from "../sources.ts";
import type { Verb } from "../verb.ts";

export const draft = {
  says: "read a source, and write a mapping to begin with: tables.ts and items.ts, with what is doubtful as comments",
  needs: ["source"],
  takes: ["schema", "from", "keys", "sample", "maxReadUnits", "trustSummary", "force", "json"],
  meaning: {
    schema: "the folder that tables.ts and items.ts are written to",
    sample:
      "read about so many items, from all over the source; all of them where it is left out, twice where they are too many to keep",
    force: "write over tables.ts and items.ts where they are there already",
  },
  ends: "0 a mapping that decodes what was seen; 1 some of it is not decoded, or there is no item; 2 stopped before; 3 refused",
} as const satisfies Verb;

export interface DraftTask {
  readonly source: string;
  readonly keys: readonly string[] | undefined;
  readonly known?: KnownModel;
  readonly options: Options;
}

export interface NotDecoded {
  readonly entity: string | undefined;
  readonly detail: string;
  readonly count: number;
}

/** Drafts a mapping of a source. `tryOut` tells what a schema makes of items that were read: nothing, where all become rows. */
export async function runDraft(
  task: DraftTask,
  { progress, ...edge }: { onProgress(read: number): void; signal: AbortSignal; progress?: Progress },
) {
  const source = await sourceOf(parseSource(task.source), task.options, progress === undefined ? {} : { progress });
  const { sample } = task.options;
  try {
    const [pk, sk] = task.keys ?? [];
    const given = pk === undefined ? undefined : sk === undefined ? { pk } : { pk, sk };
    const keys = given ?? task.known?.keys ?? (await sourceKeys(source, edge.signal));
    const known = task.known === undefined ? {} : { known: task.known };
    const { items, ...drafted } = await read({
      source,
      keys,
      ...known,
      ...(sample === undefined ? {} : { sample }),
      ...edge,
    });
    const tryOut = (schema: Schema): readonly NotDecoded[] => {
      const decode = decoder(load(schema), { source: source.name, expiredAt: BigInt(Math.floor(Date.now() / 1000)) });
      const failures = new Groups<Omit<NotDecoded, "count">>(100);
      for (const item of items) {
        const { outcome } = decode({ item });
        const entity = outcome.entity?.name;
        if (outcome.kind === "quarantined") {
          const { detail } = outcome.refusal;
          failures.add([entity, detail], () => ({ entity, detail }));
        }
        for (const path of outcome.kind === "rows" ? outcome.unmapped : [])
          failures.add([entity, path], () => ({ entity, detail: `nothing reads ${path}` }));
      }
      return failures.all();
    };
    return { ...drafted, source: source.name, tried: items.length, tryOut };
  } finally {
    await source[Symbol.asyncDispose]?.();
  }
}
