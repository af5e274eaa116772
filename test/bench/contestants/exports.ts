/** The items as one full export in AWS's layout → what reading it takes: from files, and from a bucket that another process serves. */
import { type Contents, contentsOf, rowsIn } from "../inputs/relations.ts";
import type { Inputs } from "../inputs/sample.ts";
import type { Cost } from "../measure/cost.ts";
import { startEngine } from "../measure/engine.ts";
import { migrate } from "./migrate.ts";
import { served } from "./served.ts";

export const fromExport = ({ exports }: Inputs, whole: Contents): Promise<Cost> => applied(`export:${exports}`, whole);

export async function fromExportHttp({ exports }: Inputs, whole: Contents): Promise<Cost> {
  await using bucket = await served("canned-bucket.ts", exports);
  return await applied(`s3://exports/AWSDynamoDB?endpoint=${bucket.endpoint}&region=local`, whole);
}

/** An export has the items in another order, and is read on other ways: the rows are those of lines all the same. */
async function applied(source: string, whole: Contents): Promise<Cost> {
  await using engine = await startEngine();
  const cost = await migrate(engine, source);
  rowsIn(await contentsOf(engine.url), whole);
  return cost;
}
