/** The name of a table that is not there → those that are, and are called much the same. Who may not ask is told nothing. */
import { type DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { alike } from "../../domain/alike.ts";

/** A thousand names are enough to look through. */
const PAGES = 10;
const SHOWN = 3;

/** A function has no right to ask, and needs none: its table was there when it was deployed. */
export async function tablesLike(client: DynamoDBClient, table: string): Promise<string[]> {
  const names: string[] = [];
  try {
    let last: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const command = new ListTablesCommand(last === undefined ? {} : { ExclusiveStartTableName: last });
      const { TableNames = [], LastEvaluatedTableName } = await client.send(command);
      names.push(...TableNames);
      last = LastEvaluatedTableName;
      if (last === undefined) break;
    }
  } catch {
    // What is wrong is told already: there is no such table.
  }
  return alike(table, names).slice(0, SHOWN);
}
