/** Something between a client and a DynamoDB endpoint that answers some requests itself, late, by half, or not at all. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listening } from "./listening.ts";

/**
 * `gateway`: a 503 that is no JSON · `cut`: half of the true answer · `empty`: no items, and the same place to go on from ·
 * `slow`: the true answer, late · `partial`: of the keys asked for, only the first is answered. Anything else is an exception
 * of the service, by its status and name.
 */
export type Fault =
  | "throttle"
  | "error"
  | "gateway"
  | "denied"
  | "reset"
  | "cut"
  | "hang"
  | "empty"
  | "slow"
  | "partial"
  | { readonly status: number; readonly name: string; readonly message?: string };

const SLOW_MS = 700;

export interface DynamoDbProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** How the next requests of an operation are met, one fault each; after them all is well. */
  readonly faults: Map<string, Fault[]>;
  /** Requests seen, by operation. */
  readonly seen: Map<string, number>;
  /** Whose requests they were, by access key. */
  readonly signers: Set<string>;
}

const ERRORS = {
  throttle: [400, "ProvisionedThroughputExceededException"],
  error: [500, "InternalServerError"],
  denied: [400, "AccessDeniedException"],
} as const;

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await message.toArray());
}

function answer(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  outgoing.end(JSON.stringify(body));
}

/** What the server behind answers to a request of which the body is another one. */
async function ask(upstream: URL, { url: path = "/", headers }: IncomingMessage, body: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = upstream;
  const sized = { ...headers, "content-length": body.length };
  request({ hostname, port, method: "POST", path, headers: sized }, resolve).on("error", reject).end(body);
  return bodyOf(await promise);
}

async function pass(upstream: URL, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, half: boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method = "POST", url: path = "/", headers } = incoming;
  const sized = { ...headers, "content-length": body.length };
  request({ hostname: upstream.hostname, port: upstream.port, method, path, headers: sized }, resolve)
    .on("error", reject)
    .end(body);
  const response = await promise;
  const whole = await bodyOf(response);
  outgoing.writeHead(response.statusCode ?? 500, { ...response.headers, "content-length": whole.length });
  if (!half) outgoing.end(whole);
  else outgoing.write(whole.subarray(0, whole.length / 2), () => incoming.socket.resetAndDestroy());
}

export async function dynamoDbProxy(upstream: string): Promise<DynamoDbProxy> {
  const faults = new Map<string, Fault[]>();
  const seen = new Map<string, number>();
  const signers = new Set<string>();
  const server = createServer(async (incoming, outgoing) => {
    const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
    signers.add(/Credential=([^/]+)/.exec(incoming.headers.authorization ?? "")?.[1] ?? "nobody");
    seen.set(operation, (seen.get(operation) ?? 0) + 1);
    const body = await bodyOf(incoming);
    const fault = faults.get(operation)?.shift();
    switch (fault) {
      case undefined:
      case "cut":
        return pass(new URL(upstream), incoming, body, outgoing, fault === "cut");
      case "hang":
        return;
      case "reset":
        incoming.socket.resetAndDestroy();
        return;
      case "gateway":
        outgoing.writeHead(503, { "content-type": "text/html" }).end("<html>come back later</html>");
        return;
      case "empty": {
        const asked = JSON.parse(body.toString());
        if (asked.ExclusiveStartKey !== undefined)
          return answer(outgoing, 200, { Items: [], Count: 0, LastEvaluatedKey: asked.ExclusiveStartKey });
        // There is no place to go on from yet: a short page gives one.
        faults.get(operation)?.unshift(fault);
        const short = Buffer.from(JSON.stringify({ ...asked, Limit: 10 }));
        return pass(new URL(upstream), incoming, short, outgoing, false);
      }
      case "slow":
        await sleep(SLOW_MS);
        return pass(new URL(upstream), incoming, body, outgoing, false);
      case "partial": {
        const { RequestItems, ...rest } = JSON.parse(body.toString());
        const [[table, asked]] = Object.entries<{ Keys: object[] }>(RequestItems) as [[string, { Keys: object[] }]];
        const [first, ...others] = asked.Keys;
        const one = Buffer.from(JSON.stringify({ ...rest, RequestItems: { [table]: { ...asked, Keys: [first] } } }));
        if (others.length === 0) return pass(new URL(upstream), incoming, one, outgoing, false);
        const answered = JSON.parse((await ask(new URL(upstream), incoming, one)).toString());
        return answer(outgoing, 200, { ...answered, UnprocessedKeys: { [table]: { ...asked, Keys: others } } });
      }
      default: {
        const [status, name] = typeof fault === "object" ? [fault.status, fault.name] : ERRORS[fault];
        const message = typeof fault === "object" ? fault.message : undefined;
        const __type = `com.amazonaws.dynamodb.v20120810#${name}`;
        return answer(outgoing, status, { __type, message: message ?? "planted" });
      }
    }
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    faults,
    seen,
    signers,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
