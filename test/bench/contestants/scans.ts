/** A file of lines → a DynamoDB table in a process of its own, and who reads it: ours, and the SDK's client alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { must } from "../../../lambda/domain/must.ts";
import type { Inputs } from "../inputs/sample.ts";
import { type Cost, costOf } from "../measure/cost.ts";
import { startEngine } from "../measure/engine.ts";
import { stagesIn } from "../measure/marks.ts";
import { program, spend } from "../measure/spend.ts";
import { migrate } from "./migrate.ts";

/** As `migrate` divides a table, where nothing else is said. */
const SEGMENTS = 16;
const AT_ONCE = 4;

/** A server of lines: what it takes is nobody's. */
export async function cannedTable(lines: string): Promise<{ readonly endpoint: string } & AsyncDisposable> {
  const [node, ...args] = program("canned-table.ts", lines);
  const server = spawn(node, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(server, "exit");
  const [port] = await Promise.race([
    once(createInterface({ input: server.stdout }), "line"),
    ended.then(() => Promise.reject(new Error("the canned table has ended"))),
  ]);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      must(server.stdin, "it is a pipe").end();
      await ended;
    },
  };
}

/** The table, as `migrate` is told it. */
export const sourceAt = ({ endpoint }: { readonly endpoint: string }): string =>
  `dynamodb:sample?endpoint=${endpoint}&region=local`;

/** Reads the same pages twice, from one server. */
export async function scans({ lines, items }: Inputs): Promise<{ rawRead: Cost; fromScan: Cost }> {
  await using table = await cannedTable(lines);
  const raw = await spend(program("raw-read.ts", table.endpoint, "sample", String(SEGMENTS), String(AT_ONCE)));
  const read = Number(raw.stdout.trim().split("\n").at(-1));
  if (read !== items) throw new Error(`the client read ${read} items of ${items}`);
  await using engine = await startEngine();
  const fromScan = await migrate(engine, sourceAt(table));
  return { rawRead: { ...costOf(raw, { items, rows: 0 }), stages: stagesIn(raw) }, fromScan };
}
