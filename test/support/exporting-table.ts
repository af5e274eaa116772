/**
 * What DynamoDB says to whoever asks for exports, as it was seen to: a clock of its own, what point-in-time recovery keeps, exports that come to
 * an end after so many looks at them, a wish that is answered with the same export when it comes again. Whatever else is asked goes to a server behind it.
 */
import { createServer } from "node:http";
import { afterEach, beforeEach } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import { listening } from "./listening.ts";

const ACCOUNT = "123456789012";

export interface ExportMade {
  readonly ExportArn: string;
  ExportStatus: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  readonly [name: string]: unknown;
}

type Asked = Readonly<Record<string, unknown>>;

class Refused extends Error {
  readonly code: string;
  constructor(code: string, message = "planted") {
    super(message);
    this.code = code;
  }
}

export class ExportingTable {
  /** Epoch seconds, of the service's own clock. */
  now: number;
  reachesBackTo: number;
  hasRecovery = true;
  /** Looks at an export until it is there. */
  looks = 1;
  /** What the next exports come to in place of being there. */
  readonly failures: { readonly FailureCode: string; readonly FailureMessage?: string }[] = [];
  /** What requests of an operation are refused with, once so many have passed. */
  readonly refusals = new Map<string, { readonly code: string; readonly message?: string; readonly after?: number }>();
  readonly exports: ExportMade[] = [];
  /** Every request: what was asked for, and of what. */
  readonly seen: { readonly operation: string; readonly asked: Asked }[] = [];
  /** Is told of each that was begun, before it is answered. */
  begun: (made: ExportMade) => Promise<void> = async () => undefined;
  readonly #looked = new Map<string, number>();

  constructor(now: Date, days = 35) {
    this.now = Math.floor(now.getTime() / 1_000);
    this.reachesBackTo = this.now - days * 86_400;
  }

  arn(table: string): string {
    return table.startsWith("arn:") ? table : `arn:aws:dynamodb:local:${ACCOUNT}:table/${table}`;
  }

  count(operation: string): number {
    return this.seen.filter((each) => each.operation === operation).length;
  }

  /** Undefined where this is not about exports; the table may be another server's. */
  answer(operation: string, asked: Asked, isBehind = false): object | undefined {
    this.seen.push({ operation, asked });
    const refusal = this.refusals.get(operation);
    if (refusal !== undefined && this.count(operation) > (refusal.after ?? 0))
      throw new Refused(refusal.code, refusal.message);
    switch (operation) {
      case "DescribeTable":
        if (isBehind) return undefined;
        return {
          Table: { TableName: asked.TableName, TableArn: this.arn(String(asked.TableName)), TableStatus: "ACTIVE" },
        };
      case "DescribeContinuousBackups":
        return {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription: this.hasRecovery
              ? { PointInTimeRecoveryStatus: "ENABLED", EarliestRestorableDateTime: this.reachesBackTo }
              : { PointInTimeRecoveryStatus: "DISABLED" },
          },
        };
      case "ListExports":
        return this.#list(asked);
      case "DescribeExport":
        return { ExportDescription: this.#describe(String(asked.ExportArn)) };
      case "ExportTableToPointInTime":
        return { ExportDescription: this.#begin(asked) };
      default:
        return undefined;
    }
  }

  /** Two a page, the newest first. */
  #list({ TableArn, NextToken = "0" }: Asked): object {
    const all = this.exports.filter((each) => each.TableArn === TableArn).toReversed();
    const from = Number(NextToken);
    const ExportSummaries = all
      .slice(from, from + 2)
      .map(({ ExportArn, ExportStatus, ExportType = "FULL_EXPORT" }) => ({ ExportArn, ExportStatus, ExportType }));
    return { ExportSummaries, ...(from + 2 < all.length ? { NextToken: String(from + 2) } : {}) };
  }

  #describe(arn: string): object {
    const made = this.exports.find(({ ExportArn }) => ExportArn === arn);
    if (made === undefined) throw new Refused("ExportNotFoundException");
    const looked = (this.#looked.get(arn) ?? 0) + 1;
    this.#looked.set(arn, looked);
    if (made.ExportStatus === "IN_PROGRESS" && looked > this.looks) {
      const failure = this.failures.shift();
      Object.assign(
        made,
        failure === undefined
          ? { ExportStatus: "COMPLETED", ItemCount: 3, BilledSizeBytes: 10_000_000, EndTime: this.now }
          : { ExportStatus: "FAILED", ...failure },
      );
    }
    const { ExportType: _, ...told } = made;
    return told;
  }

  /** The checks, in the order in which the service makes them. */
  #begin(asked: Asked): object {
    const { ClientToken, TableArn, ExportTime, IncrementalExportSpecification: window, ...words } = asked;
    if (!this.hasRecovery) throw new Refused("PointInTimeRecoveryUnavailableException");
    const same = this.exports.find((each) => each.ClientToken === ClientToken);
    const said = JSON.stringify(asked);
    if (same !== undefined) {
      if (same.said === said) return same;
      throw new Refused("ExportConflictException", "Duplicate request detected with conflicting parameters");
    }
    this.#checkTimes(ExportTime, window);
    const id = `0${this.now}${String(this.exports.length).padStart(3, "0")}-0a1b2c3d`;
    const made: ExportMade = {
      ...{ ExportArn: `${TableArn}/export/${id}`, ExportStatus: "IN_PROGRESS", StartTime: this.now, TableArn, said },
      ...{
        ClientToken,
        ...words,
        ...(window === undefined ? { ExportTime } : { IncrementalExportSpecification: window }),
      },
    };
    this.exports.push(made);
    return made;
  }

  #checkTimes(time: unknown, window: unknown): void {
    const { ExportFromTime: from, ExportToTime: to } = Object(window);
    const all = window === undefined ? [time] : [from, to];
    if (all.some((each) => typeof each !== "number" || !Number.isInteger(each)))
      throw new Refused("ValidationException");
    if (all.some((each) => Number(each) > this.now || Number(each) < this.reachesBackTo))
      throw new Refused("InvalidExportTimeException");
    if (window !== undefined && (to - from < 900 || to - from > 86_400))
      throw new Refused("InvalidExportTimeException");
  }
}

/** The table as a server. */
export async function exportingServer(table: ExportingTable, upstream?: string) {
  let writing: Promise<void> | undefined;
  const server = createServer(async (incoming, outgoing) => {
    const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const body = Buffer.concat(await incoming.toArray());
    const answer = (status: number, answered: object) => {
      // A client whose clock is far from that of a refusal takes it for the reason, and asks again.
      const date = status === 200 ? { date: new Date(table.now * 1_000).toUTCString() } : {};
      outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...date });
      outgoing.end(JSON.stringify(answered));
    };
    const made = table.exports.length;
    try {
      const answered = table.answer(operation, JSON.parse(body.toString()), upstream !== undefined);
      if (answered !== undefined) {
        if (table.exports.length > made) writing = table.begun(must(table.exports.at(-1), "it was just begun"));
        // Whoever asked may be gone by now, and another one be told that it is there.
        await writing;
        return answer(200, answered);
      }
      if (upstream === undefined) throw new Refused("UnknownOperationException");
      const signed = ["authorization", "content-type", "x-amz-date", "x-amz-target"];
      const headers = Object.fromEntries(signed.map((name) => [name, String(incoming.headers[name])]));
      const behind = await fetch(upstream, { method: "POST", headers, body });
      outgoing.writeHead(behind.status, { "content-type": behind.headers.get("content-type") ?? "" });
      outgoing.end(Buffer.from(await behind.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer(400, { __type: `com.amazonaws.dynamodb.v20120810#${error.code}`, message: error.message });
    }
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** A table of its own for each test of a file, and the service in front of it. */
export function exportedOften(now: Date) {
  const made = { table: new ExportingTable(now), endpoint: "" };
  let server: Awaited<ReturnType<typeof exportingServer>>;
  beforeEach(async () => {
    made.table = new ExportingTable(now);
    server = await exportingServer(made.table);
    made.endpoint = server.endpoint;
  });
  afterEach(() => server[Symbol.asyncDispose]());
  return made;
}
