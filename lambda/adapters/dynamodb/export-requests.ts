/** A table and a place in S3 → exports of the table that stand there, and new ones. */
import { createHash } from "node:crypto";
import {
  DescribeContinuousBackupsCommand,
  DescribeExportCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
  ListExportsCommand,
} from "@aws-sdk/client-dynamodb";
import type { ExportedTable, ExportRequests, RequestedExport, WantedExport } from "../../ports/export-requests.ts";
import { type ClientEvents, openClient, type TablePlace } from "./client.ts";
import { isNoTable } from "./errors.ts";
import { type ExportPlace, faultOf, toExportError, withoutRecovery } from "./export-errors.ts";
import { placeOf } from "./source.ts";
import { tablesLike } from "./tables-like.ts";

export interface ExportRequestSettings extends TablePlace {
  readonly bucket: string;
  /** Without slashes around it; empty where there is none. */
  readonly prefix: string;
  /** Objects are encrypted with it; otherwise as the bucket has it. */
  readonly kmsKey?: string | undefined;
  readonly connecting?: ClientEvents["connecting"];
}

const trimmed = (prefix = ""): string => prefix.replaceAll(/^\/+|\/+$/g, "");
const isoOf = (moment: Date | undefined): string => moment?.toISOString() ?? "";

export function exportRequests(settings: ExportRequestSettings): ExportRequests & AsyncDisposable {
  const { table, bucket, prefix, kmsKey, connecting } = settings;
  const at: ExportPlace = { ...placeOf(settings), bucket, prefix, kmsKey };
  const client = openClient(settings, { connecting });
  const clock = clockOf(client);
  const told = async (error: unknown): Promise<never> => {
    throw toExportError(error, at, isNoTable(error) ? await tablesLike(client, table) : []);
  };
  /** What has ended never changes. */
  const ended = new Map<string, RequestedExport | undefined>();
  /** Undefined where it stands elsewhere, or is of no kind that is read. */
  const described = async (arn: string): Promise<RequestedExport | undefined> => {
    if (ended.has(arn)) return ended.get(arn);
    const { ExportDescription: found = {} } = await client.send(new DescribeExportCommand({ ExportArn: arn }));
    const requested = isReadable(found, settings) ? requestedOf(found, at) : undefined;
    if (found.ExportStatus !== "IN_PROGRESS") ended.set(arn, requested);
    return requested;
  };
  return {
    look: () => look(client, at, clock).catch(told),
    async *list({ arn }) {
      for (const each of await arnsOf(client, arn).catch(told)) {
        const found = await described(each).catch(told);
        if (found !== undefined) yield found;
      }
    },
    async request({ arn }, wanted) {
      const command = new ExportTableToPointInTimeCommand({
        TableArn: arn,
        S3Bucket: bucket,
        ...(prefix === "" ? {} : { S3Prefix: prefix }),
        ...(kmsKey === undefined ? {} : { S3SseAlgorithm: "KMS", S3SseKmsKeyId: kmsKey }),
        ExportFormat: "DYNAMODB_JSON",
        ...timesOf(wanted),
        ClientToken: tokenOf(arn, settings, wanted),
      });
      const { ExportDescription: begun = {} } = await client.send(command).catch(told);
      return requestedOf(begun, at);
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** The service's time, to the second, from each of its answers: a machine's own may be ahead, and the future cannot be exported. */
function clockOf(client: DynamoDBClient): () => Date {
  let told: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      const { response } = answered;
      if (typeof response === "object" && response !== null && "headers" in response)
        told = Object(response.headers).date;
      return answered;
    },
    { step: "deserialize", priority: "low" },
  );
  return () => (told === undefined || Number.isNaN(Date.parse(told)) ? new Date() : new Date(told));
}

async function look(client: DynamoDBClient, at: ExportPlace, clock: () => Date): Promise<ExportedTable> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: at.table }));
  const { ContinuousBackupsDescription: kept } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: at.table }),
  );
  const { PointInTimeRecoveryStatus: status, EarliestRestorableDateTime: reachesBackTo } =
    kept?.PointInTimeRecoveryDescription ?? {};
  if (status !== "ENABLED" || reachesBackTo === undefined) throw withoutRecovery(at);
  return { arn: Table?.TableArn ?? at.table, now: clock(), reachesBackTo };
}

/** All of the table's that AWS knows of, up to 90 days back. Their names begin with the time at which they did. */
async function arnsOf(client: DynamoDBClient, arn: string): Promise<readonly string[]> {
  const arns: string[] = [];
  let next: string | undefined;
  do {
    const command = new ListExportsCommand({ TableArn: arn, ...(next === undefined ? {} : { NextToken: next }) });
    const { ExportSummaries = [], NextToken } = await client.send(command);
    arns.push(...ExportSummaries.flatMap(({ ExportArn = [] }) => ExportArn));
    next = NextToken;
  } while (next !== undefined);
  return arns.toSorted().toReversed();
}

/** One that leaves items out would have them removed. */
function isReadable(found: ExportDescription, { bucket, prefix }: ExportRequestSettings): boolean {
  const { S3Bucket, S3Prefix, ExportFormat = "DYNAMODB_JSON", FilterSpecification } = found;
  return (
    S3Bucket === bucket &&
    trimmed(S3Prefix) === prefix &&
    ExportFormat === "DYNAMODB_JSON" &&
    FilterSpecification === undefined
  );
}

const STATES = { IN_PROGRESS: "under way", COMPLETED: "there", FAILED: "failed" } as const;

function requestedOf(found: ExportDescription, at: ExportPlace): RequestedExport {
  const { ExportArn = "", ExportStatus = "IN_PROGRESS", ItemCount, BilledSizeBytes, StartTime = new Date() } = found;
  const id = ExportArn.replace(/^.*\//, "");
  // Of a full one the type is not repeated: what has a window is of the other kind.
  const { ExportFromTime, ExportToTime } = found.IncrementalExportSpecification ?? {};
  const prefix = trimmed(found.S3Prefix);
  const folder = `${prefix === "" ? "" : `${prefix}/`}AWSDynamoDB/${id}`;
  return {
    id,
    place: `s3://${found.S3Bucket ?? at.bucket}/${folder}?region=${at.region}`,
    state: STATES[ExportStatus],
    ...(ExportFromTime === undefined ? {} : { from: ExportFromTime }),
    to: ExportToTime ?? found.ExportTime ?? StartTime,
    startedAt: StartTime,
    ...(ItemCount === undefined ? {} : { records: ItemCount }),
    ...(BilledSizeBytes === undefined ? {} : { bytes: BilledSizeBytes }),
    ...(ExportStatus === "FAILED" ? { fault: faultOf(id, found.FailureCode, found.FailureMessage, at) } : {}),
  };
}

/** As the service takes it, whatever its documentation calls it: `NEW_IMAGES` is refused. */
const VIEWS = { new: "NEW_IMAGE", "new and old": "NEW_AND_OLD_IMAGES" } as const;

const timesOf = ({ from, to, images }: WantedExport) =>
  from === undefined
    ? ({ ExportType: "FULL_EXPORT", ExportTime: to } as const)
    : ({
        ExportType: "INCREMENTAL_EXPORT",
        IncrementalExportSpecification: { ExportFromTime: from, ExportToTime: to, ExportViewType: VIEWS[images] },
      } as const);

/** The same wish has the same one, in every process. After a failure the same would be answered with the failed export. */
function tokenOf(arn: string, { bucket, prefix, kmsKey = "" }: ExportRequestSettings, wanted: WantedExport): string {
  const { from, to, images, failed } = wanted;
  const wish = [arn, bucket, prefix, kmsKey, isoOf(from), isoOf(to), from === undefined ? "" : images, String(failed)];
  return createHash("sha256").update(JSON.stringify(wish)).digest("hex");
}
