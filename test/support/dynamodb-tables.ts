/** The tables one run of the tests makes on a DynamoDB-compatible server, which may be somebody's own: told by their names, and gone at its end. */
import { randomBytes } from "node:crypto";
import {
  DeleteTableCommand,
  DynamoDBClient,
  paginateListTables,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";

/** What every table of one run of the tests begins with. */
export const newRunName = (): string => `test-${randomBytes(6).toString("hex")}`;

/** Deletes the tables whose names begin so, and returns them. One that is gone already was deleted by its test. */
export async function removeTables(endpoint: string, beginning: string): Promise<string[]> {
  // As the tests sign in: a server may keep the tables of each user apart.
  const credentials = { accessKeyId: "embedded", secretAccessKey: "embedded" };
  const client = new DynamoDBClient({ endpoint, region: "local", credentials });
  try {
    const names: string[] = [];
    for await (const { TableNames = [] } of paginateListTables({ client }, {}))
      names.push(...TableNames.filter((name) => name.startsWith(beginning)));
    for (const TableName of names) {
      await client.send(new DeleteTableCommand({ TableName })).catch((error: unknown) => {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      });
    }
    return names;
  } finally {
    client.destroy();
  }
}
