/** Lines of a contestant that says when it is ready and when each of its parts has ended → its stages, its own start left out. */
import { must } from "../../../lambda/domain/must.ts";
import { less, type Seconds } from "./cost.ts";
import type { Spent } from "./spend.ts";

interface Mark {
  readonly part: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const mark = (part: string): void =>
  void process.stdout.write(`${JSON.stringify({ part, at: Date.now() } satisfies Mark)}\n`);

export function stagesIn(spent: Spent): Record<string, Seconds> {
  const lines = spent.stdout.split("\n").filter((line) => line.startsWith("{"));
  const [ready, ...parts] = lines.map((line): Mark => JSON.parse(line));
  let before = spent.until(must(ready, "it says when it is ready").at);
  const stages: Record<string, Seconds> = {};
  for (const { part, at } of parts) {
    const after = spent.until(at);
    stages[part] = less(after, before);
    before = after;
  }
  return stages;
}
