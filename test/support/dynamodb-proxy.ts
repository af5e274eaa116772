/** Something between a client and a DynamoDB endpoint that answers some requests itself, late, by half, or not at all. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** `gateway`: a 503 that is no JSON · `cut`: half of the true answer · `empty`: no items, and the same place to go on from. */
export type Fault = "throttle" | "error" | "gateway" | "denied" | "reset" | "cut" | "hang" | "empty";

export interface DynamoDbProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** How the next requests of an operation are met, one fault each; after them all is well. */
  readonly faults: Map<string, Fault[]>;
  /** Requests seen, by operation. */
  readonly seen: Map<string, number>;
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

async function pass(upstream: URL, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, half: boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method = "POST", url: path = "/", headers } = incoming;
  request({ hostname: upstream.hostname, port: upstream.port, method, path, headers }, resolve)
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
  const server = createServer(async (incoming, outgoing) => {
    const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
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
      case "empty":
        return answer(outgoing, 200, {
          Items: [],
          Count: 0,
          LastEvaluatedKey: JSON.parse(body.toString()).ExclusiveStartKey,
        });
      default: {
        const [status, name] = ERRORS[fault];
        return answer(outgoing, status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "planted" });
      }
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    faults,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
