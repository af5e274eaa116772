/** Something between a client and a server of S3's kind that answers some requests itself, late, by half, or not at all. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listening } from "./listening.ts";

/**
 * `hang`: no answer · `gateway`: a 503 that is no XML · `page`: what a web server says · `whole`: all of an object, whichever part
 * was asked for · `unasked`: a list that says there is more, and not where. Anything else is an error of the service, or the true
 * answer's first bytes, and what comes after them.
 */
export type Fault =
  | "reset"
  | "hang"
  | "gateway"
  | "page"
  | "whole"
  | "unasked"
  | { readonly after: number; readonly and: "reset" | "stall" | "end" }
  | Refusal;

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  /** More of the answer, in XML. */
  readonly fields?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly operation: "list" | "get";
  readonly range: string | undefined;
  readonly ifMatch: string | undefined;
}

export interface S3Proxy extends AsyncDisposable {
  readonly endpoint: string;
  /** How the next requests of an operation are met, one fault each; after them all is well. */
  readonly faults: Record<Seen["operation"], Fault[]>;
  readonly seen: Seen[];
  /** Called before a request is met. */
  before: (seen: Seen) => Promise<void> | void;
  /** Whether a part is refused that is asked for on a condition that is not met: the server behind does not look at it. */
  conditions: boolean;
  /** Of a list, so many a page. */
  pageKeys: number | undefined;
  /** Connections of clients that are open now. */
  readonly open: ReadonlySet<object>;
  /** Bytes of bodies handed on so far; and how many of them a reader has, where it says so: before that nothing ends. */
  sent: number;
  taken: number | undefined;
}

function refuse(outgoing: ServerResponse, { status, code, message = "planted", fields = "", headers }: Refusal): void {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message>${fields}</Error>`;
  const type = { "content-type": "application/xml" };
  outgoing.writeHead(status, { ...type, ...headers }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${error}`);
}

const A_MOMENT_MS = 20;

const operationOf = (url: string): Seen["operation"] => (/[?&]list-type=/.test(url) ? "list" : "get");

export async function s3Proxy(upstream: string): Promise<S3Proxy> {
  const open = new Set<object>();
  const { hostname, port } = new URL(upstream);

  const upstreams = (incoming: IncomingMessage, isWhole: boolean): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method = "GET", url = "/" } = incoming;
    const isList = operationOf(url) === "list";
    const path = isList && proxy.pageKeys !== undefined ? `${url}&max-keys=${proxy.pageKeys}` : url;
    const { range, ...others } = incoming.headers;
    const headers = isWhole || range === undefined ? others : { ...others, range };
    request({ hostname, port, method, path, headers }, resolve).on("error", reject).end();
    return promise;
  };

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): Promise<void> {
    const response = await upstreams(incoming, fault === "whole");
    const { "if-match": wanted } = incoming.headers;
    if (proxy.conditions && wanted !== undefined && wanted !== response.headers.etag) {
      response.destroy();
      refuse(outgoing, { status: 412, code: "PreconditionFailed" });
      return;
    }
    outgoing.writeHead(response.statusCode ?? 500, response.headers);
    const limit = typeof fault === "object" && "after" in fault ? fault : undefined;
    let left = limit?.after ?? Number.POSITIVE_INFINITY;
    const gone = new AbortController();
    const { signal } = gone;
    outgoing.on("close", () => {
      gone.abort();
      response.destroy();
    });
    try {
      for await (const chunk of response) {
        const some: Buffer = chunk.subarray(0, left);
        left -= some.length;
        proxy.sent += some.length;
        if (!outgoing.write(some)) await once(outgoing, "drain", { signal });
        if (left <= 0 || outgoing.destroyed) break;
      }
    } catch {
      // The client has gone, and so has what stands behind.
    }
    if (limit === undefined) return void outgoing.end();
    if (limit.and === "stall") return;
    await untilTaken(signal);
    if (limit.and === "reset") incoming.socket.resetAndDestroy();
    else incoming.socket.end();
  }

  /** A reset takes with it what has been sent and not been read yet. */
  async function untilTaken(gone: AbortSignal): Promise<void> {
    const isTaken = () => proxy.taken === undefined || proxy.taken >= proxy.sent;
    do await sleep(A_MOMENT_MS);
    while (!isTaken() && !gone.aborted);
  }

  const server = createServer(async (incoming, outgoing) => {
    const { url = "/", headers } = incoming;
    const operation = operationOf(url);
    const seen: Seen = { operation, range: headers.range, ifMatch: headers["if-match"] };
    proxy.seen.push(seen);
    await proxy.before(seen);
    const fault = proxy.faults[operation].shift();
    switch (fault) {
      case "hang":
        return;
      case "reset":
        incoming.socket.resetAndDestroy();
        return;
      case "gateway":
        outgoing.writeHead(503, { "content-type": "text/html" }).end("<html>come back later</html>");
        return;
      case "page":
        outgoing.writeHead(200, { "content-type": "text/html" }).end("<html><body>It works!</body></html>");
        return;
      case "unasked":
        outgoing
          .writeHead(200, { "content-type": "application/xml" })
          .end("<ListBucketResult><Name>x</Name><IsTruncated>true</IsTruncated></ListBucketResult>");
        return;
      default:
        if (typeof fault === "object" && "status" in fault) refuse(outgoing, fault);
        else await pass(incoming, outgoing, fault);
    }
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
  });
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${await listening(server)}`,
    faults: { list: [], get: [] },
    seen: [],
    before: () => undefined,
    conditions: true,
    pageKeys: undefined,
    open,
    sent: 0,
    taken: undefined,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return proxy;
}
