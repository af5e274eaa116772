/** What is said to Postgres while the pets of a source in memory are migrated by one worker. */
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { createDatabase } from "./database.ts";
import { memorySource } from "./memory-source.ts";
import { migrateTrial } from "./migration.ts";
import { schema } from "./pets.ts";
import { proxied } from "./tcp-proxy.ts";

/** An empty database, and passes over items, of which `hear` is told everything that is sent, a packet at a time. */
export async function overheard(hear: (sent: string) => void) {
  const database = await createDatabase();
  const { proxy, through } = await proxied(database);
  proxy.onSent = (data) => {
    hear(data.toString("latin1"));
    return "answer";
  };
  const options = { units: 1, concurrency: 1, sample: 0 };
  return {
    url: database.url,
    pass: (items: readonly Item[], page: number) =>
      migrateTrial({ url: through, schema, source: memorySource(items, "memory:test", page), options }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await database.drop();
    },
  };
}
