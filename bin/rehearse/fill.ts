/** The table that a rehearsal migrates: made, and filled with the sample, or the sample and what is wrong with it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { planted, soiled } from "./dirt.ts";
import { sampleItems } from "./sample.ts";
import { createSampleTable, fillTable } from "./seed.ts";

interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly table: string;
}

interface Filling {
  readonly items: number;
  readonly seed: number;
  readonly dirty: boolean;
}

/** Tells how many items of how many are there. Ends with fewer when the signal aborts. */
export async function fill(
  { endpoint, region, table }: Place,
  { items, seed, dirty }: Filling,
  signal: AbortSignal,
  tell: (done: number, total: number) => void,
): Promise<void> {
  // The embedded server asks for credentials and checks none; nobody's real ones are shown to it.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "embedded", AWS_SECRET_ACCESS_KEY: "embedded" });
  const client = new DynamoDBClient({ endpoint, region });
  const sample = sampleItems({ items, seed, now: new Date() });
  const stoppable = takeUntil(dirty ? soiled(sample) : sample, signal);
  const total = items + (dirty ? planted.length : 0);
  try {
    await createSampleTable(client, table);
    await fillTable(client, table, stoppable, (done) => tell(done, total));
  } finally {
    client.destroy();
  }
}

function* takeUntil<T>(values: Iterable<T>, signal: AbortSignal): Generator<T> {
  for (const value of values) {
    if (signal.aborted) return;
    yield value;
  }
}
