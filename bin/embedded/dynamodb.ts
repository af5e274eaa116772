/** A DynamoDB-compatible server in this process, in memory: nothing to clean up. */

export interface EmbeddedDynamoDb {
  readonly endpoint: string;
  readonly region: string;
  stop(): Promise<void>;
}

/** It and its database are a tenth of what there is to load: commands that only name it do without. */
export async function startDynamoDb(): Promise<EmbeddedDynamoDb> {
  const { default: dynalite } = await import("dynalite");
  const { default: scan } = await import("dynalite/validations/scan.js");
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
