/** Something between a client and a DynamoDB endpoint that answers some requests itself, or not at all. */
import { createServer, request } from "node:http";

export type Fault = "throttle" | "reset" | "error";

export interface DynamoDbProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** How the next requests of an operation are met, one fault each; after them all is well. */
  readonly faults: Map<string, Fault[]>;
  /** Requests seen, by operation. */
  readonly seen: Map<string, number>;
}

const ANSWERS = {
  throttle: [400, "ProvisionedThroughputExceededException"],
  error: [500, "InternalServerError"],
} as const;

export async function dynamoDbProxy(upstream: string): Promise<DynamoDbProxy> {
  const faults = new Map<string, Fault[]>();
  const seen = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
    seen.set(operation, (seen.get(operation) ?? 0) + 1);
    const fault = faults.get(operation)?.shift();
    if (fault === "reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault !== undefined) {
      const [status, name] = ANSWERS[fault];
      incoming.resume();
      outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      outgoing.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "planted" }));
      return;
    }
    const { hostname, port } = new URL(upstream);
    const onward = request(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
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
