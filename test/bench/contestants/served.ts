/** A program that serves what is read → it, in a process of its own: what it takes is nobody's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { must } from "../../../lambda/domain/must.ts";
import { program } from "../measure/spend.ts";

export interface Served extends AsyncDisposable {
  readonly endpoint: string;
}

export async function served(name: string, ...args: readonly string[]): Promise<Served> {
  const [node, ...words] = program(name, ...args);
  const server = spawn(node, words, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(server, "exit");
  const [port] = await Promise.race([
    once(createInterface({ input: server.stdout }), "line"),
    ended.then(() => Promise.reject(new Error(`${name} has ended`))),
  ]);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      must(server.stdin, "it is a pipe").end();
      await ended;
    },
  };
}
