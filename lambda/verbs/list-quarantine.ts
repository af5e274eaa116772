/** `list-quarantine`: everything that waits for a decision. */
import { z } from "zod";
import { nameOf, type Task } from "../compose.ts";
import { countsSchema, total } from "../contract.ts";
import { countsOf, type Pending, type PendingGroup } from "../domain/proof/pending.ts";
import { openRun } from "../opening.ts";
import type { Progress } from "../ports/progress.ts";
import type { KeptItem } from "../ports/quarantine.ts";
import { answering, type Verb } from "../verb.ts";

/** Examples of each reason, where nothing says how many. */
const EXAMPLES = 10;

const exampleSchema = z.strictObject({
  key: z.string(),
  position: z.string().exactOptional(),
  detail: z.string(),
  holder: z.string().exactOptional(),
});

export const listQuarantine = {
  says: "everything that waits for a decision, by reason: items in quarantine, conflicts, collisions, rows of others; and what a later row replaces",
  needs: ["target"],
  takes: ["schema", "limit", "bodies", "export", "json"],
  meaning: { json: "write all of them there, each with both sides and the words to accept it" },
  ends: "0 nothing waits; 1 something does; 3 refused",
  event: answering(
    {
      run: total,
      groups: z.array(countsSchema.extend({ accepted: total, examples: z.array(exampleSchema).readonly() })).readonly(),
    },
    async ({ target, schema, said: { limit }, log }, { progress }) => {
      const { run, logKey, groups } = await runListQuarantine({ target, schema, limit, progress });
      const name = nameOf(log, logKey);
      const named = groups.map(({ accepted, examples, ...group }) => ({
        ...countsOf(group),
        accepted,
        examples: examples.map(({ source, position, detail, holder }) => ({
          ...{ key: name(source), detail: detail ?? "" },
          ...(position === null ? {} : { position }),
          ...(holder === null ? {} : { holder: name(holder) }),
        })),
      }));
      return { run, groups: named };
    },
  ),
} as const satisfies Verb;

export interface Listed {
  readonly run: number;
  readonly pass: number;
  /** Makes what may stand for their keys in a log. */
  readonly logKey: string;
  readonly groups: readonly PendingGroup[];
  /** Hands on all of them, some at a time. */
  each(take: (some: readonly Pending[]) => Promise<void>): Promise<void>;
  /** The items in quarantine, whole. */
  kept(take: (some: readonly KeptItem[]) => Promise<undefined>): Promise<void>;
}

export interface ListTask extends Pick<Task, "target" | "schema"> {
  readonly limit?: number | undefined;
  /** Is given every single one. */
  readonly take?: (listed: Listed) => Promise<void>;
  readonly progress?: Progress;
}

/** What waits, by table, reason and entity with some of each. */
export async function runListQuarantine({ target: url, schema, limit = EXAMPLES, take, progress }: ListTask) {
  await using opened = await openRun(url, schema, progress);
  const { run, target } = opened;
  const { id, pass, logKey } = run;
  const groups = (await target.pending.groups(run, limit)).filter(({ reason }) => reason !== "copy");
  const listed = { run: id, pass, logKey, groups };
  await take?.({
    ...listed,
    each: (some) => target.pending.each(run, some),
    kept: (some) => target.quarantine.each(run, some),
  });
  return listed;
}
