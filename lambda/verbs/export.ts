/** `export`: the exports of a table in a bucket are brought up to a moment; a full one begins them, and windows of changes follow. */
import { z } from "zod";
import type { Task } from "../compose.ts";
import { total } from "../contract.ts";
import { exportFolder } from "../domain/bucket.ts";
import { sourceOfExports } from "../domain/chain.ts";
import { MigrationError } from "../domain/migration-error.ts";
import { type Brought, type Exporting, exportUntil } from "../pipeline/export.ts";
import type { RequestedExport } from "../ports/export-requests.ts";
import type { Progress } from "../ports/progress.ts";
import { runsAt } from "../runs.ts";
import { parseSource } from "../settings.ts";
import { exportRequestsOf } from "../sources.ts";
import { answering, type Invocation, type Verb } from "../verb.ts";

export const exporting = {
  says: "have DynamoDB export a table to S3, without reading it: all of it first, then what has changed since; run again to follow it",
  needs: ["source", "bucket"],
  takes: ["target", "full", "since", "until", "newImages", "kmsKey", "json"],
  meaning: {
    source: "dynamodb:TABLE[?region=R], with point-in-time recovery on",
    target: "a database in which exports of the table were applied: what has changed since is asked for",
  },
  ends: "0 all are there; 2 stopped before; 3 refused",
  isStep: true,
  event: answering(
    {
      done: z.boolean(),
      /** To be said again, where it is not done. */
      until: z.string(),
      /** Up to where they lead. */
      leadsTo: z.string(),
      exports: z
        .array(
          z.strictObject({
            id: z.string(),
            place: z.string(),
            state: z.enum(["under way", "there", "failed"]),
            from: z.string().exactOptional(),
            to: z.string(),
            records: total.exactOptional(),
            bytes: total.exactOptional(),
          }),
        )
        .readonly(),
    },
    async ({ said: { input, ...said }, ...place }, { progress }) => {
      const options = { ...said, ...Object(input?.export) };
      const until = options.until === undefined ? undefined : new Date(options.until);
      // A workflow says when it began, and its input what else is meant: what has failed since then would fail again.
      const began = said.until === undefined ? undefined : new Date(said.until);
      const isOwn = ({ startedAt }: RequestedExport): boolean => began !== undefined && startedAt >= began;
      const found = await withExports({ ...options, ...functionTask(place) }, progress, (ask) => ask({ until, isOwn }));
      const times = { until: found.until.toISOString(), leadsTo: found.leadsTo.toISOString() };
      return { done: found.isThere, ...times, exports: found.exports.map(answerOf) };
    },
  ),
} as const satisfies Verb;

export interface ExportTask {
  readonly source: string;
  readonly target?: string | undefined;
  readonly bucket: string;
  readonly full?: boolean | undefined;
  /** A time, or the name of an export. */
  readonly since?: string | undefined;
  readonly newImages?: boolean | undefined;
  readonly kmsKey?: string | undefined;
}

type Ask = (occasion: Pick<Exporting, "until" | "isOwn">) => Promise<Brought>;

/** A process that waits for exports asks again, for the moment that the first answer named. */
export async function withExports<T>(task: ExportTask, progress: Progress, work: (ask: Ask) => Promise<T>): Promise<T> {
  const { target, full = false, newImages = false, since, kmsKey } = task;
  const setting = parseSource(task.source);
  if (setting.kind !== "dynamodb")
    throw new MigrationError("settings", "only a table can be exported", "name one: --source dynamodb:TABLE");
  if (full && since !== undefined)
    throw new MigrationError("settings", "a full export is of all there is, since ever", "leave --full or --since out");
  await using requests = await exportRequestsOf(setting, { ...exportFolder(task.bucket), kmsKey }, progress);
  const applied = async (arn: string) => {
    const source = sourceOfExports({ table: { arn, id: "" } });
    const runs = target === undefined ? [] : await runsAt(target, progress);
    return runs.find((run) => run.source === source)?.exports ?? [];
  };
  const images = newImages ? "new" : "new and old";
  return work((occasion) => exportUntil({ requests, applied, full, images, since: sinceOf(since), ...occasion }));
}

const sinceOf = (said: string | undefined): Exporting["since"] =>
  said === undefined || /^\d+-[0-9a-f]+$/.test(said) ? said : new Date(said);

function functionTask({
  source,
  target,
  live,
  exportsKey,
}: Omit<Invocation, "said">): ExportTask & Pick<Task, "target"> {
  if (live === undefined) {
    const remedy = 'write "exports": true into the settings of its stack, and deploy it';
    throw new MigrationError("settings", "this function reads the table itself, and asks for no exports of it", remedy);
  }
  return { source: live, target, bucket: source, kmsKey: exportsKey };
}

const answerOf = ({ id, place, state, from, to, records, bytes }: RequestedExport) => ({
  ...{ id, place, state },
  ...(from === undefined ? {} : { from: from.toISOString() }),
  to: to.toISOString(),
  ...(records === undefined ? {} : { records }),
  ...(bytes === undefined ? {} : { bytes }),
});
