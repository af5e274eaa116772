/** A DynamoDB-compatible server in this process, in memory: nothing to clean up. */
import dynalite from "dynalite";
import scan from "dynalite/validations/scan.js";

export interface EmbeddedDynamoDb {
  readonly endpoint: string;
  readonly region: string;
  stop(): Promise<void>;
}

export async function startDynamoDb(): Promise<EmbeddedDynamoDb> {
  // Without this the server drops ConsistentRead from a Scan, and reports half the capacity it should.
  scan.types.ConsistentRead = "Boolean";
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the DynamoDB-compatible server has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    region: "local",
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
