/**
 * A bundle → invocations of it as Lambda makes them: the real runtime client in a process of its own, asking a Runtime
 * API for work. The clock counts down, a process that has not answered at the deadline is killed outright and the next
 * invocation starts cold; between invocations the process is frozen.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { must } from "../../lambda/domain/must.ts";

const RUNTIME_CLIENT = createRequire(import.meta.url).resolve("aws-lambda-ric");
const PRELOAD = join(import.meta.dirname, "lambda-preload.cjs");
/** What Lambda starts Node with, and what the stack sets. */
const FLAGS = ["--no-experimental-require-module", "--no-experimental-detect-module", "--enable-source-maps"];
const FUNCTION = "migration";

export interface LambdaSettings {
  /** Holds index.mjs. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What came of one invocation. `error` is the kind of a failure; a handler's refusal is none. */
export interface Answer {
  readonly payload: unknown;
  readonly error?: string;
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly timeout: number;
  readonly answer: (answer: Answer) => void;
}

export class LambdaService implements AsyncDisposable {
  /** Everything the function wrote, line by line. */
  readonly lines: string[] = [];
  coldStarts = 0;
  readonly #settings: LambdaSettings;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #process: ChildProcess | undefined;
  #current: Invocation | undefined;
  /** The runtime client's question for work, while it waits for some. */
  #asking: ServerResponse | undefined;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(settings: LambdaSettings) {
    this.#settings = settings;
  }

  static async start(settings: LambdaSettings): Promise<LambdaService> {
    const service = new LambdaService(settings);
    service.#server.listen(0, "127.0.0.1");
    await once(service.#server, "listening");
    return service;
  }

  /** Invokes the function, one event at a time. `timeout` in milliseconds. */
  invoke(event: unknown, timeout: number): Promise<Answer> {
    return new Promise((answer) => {
      this.#current = { id: randomUUID(), event: JSON.stringify(event), timeout, answer };
      this.#process ??= this.#boot();
      this.#handOver();
    });
  }

  /** Puts the function to where it does nothing any more, and does not come from. */
  hang(): void {
    this.#process?.kill("SIGUSR2");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#process === undefined ? undefined : once(this.#process, "close");
    this.#kill();
    await ended;
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #boot(): ChildProcess {
    this.coldStarts += 1;
    const { folder, environment } = this.#settings;
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the Runtime API has no port");
    const booted = spawn(process.execPath, [...FLAGS, "--require", PRELOAD, RUNTIME_CLIENT, "index.handler"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${address.port}`,
        AWS_LAMBDA_FUNCTION_NAME: FUNCTION,
        AWS_LAMBDA_FUNCTION_VERSION: "1",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
        AWS_LAMBDA_LOG_FORMAT: "JSON",
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FUNCTION}`,
        AWS_LAMBDA_LOG_STREAM_NAME: "one",
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: "index.handler",
        // Lambda keeps none; here it halves the time of every cold start behind the first.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...environment,
      },
    });
    for (const input of [booted.stdout, booted.stderr]) {
      createInterface({ input }).on("line", (line) => this.lines.push(line));
    }
    booted.on("exit", () => {
      // One that was killed is not this.#process any more.
      if (this.#process !== booted) return;
      this.#process = undefined;
      this.#settle({ payload: null, error: "Runtime.ExitError" });
    });
    return booted;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    const path = must(request.url, "a request has a path").replace("/2018-06-01/runtime/", "");
    if (path === "invocation/next") {
      this.#asking = response;
      this.#handOver();
      return;
    }
    response.writeHead(202).end("{}");
    const [, id, outcome] = path.split("/");
    if (path !== "init/error" && id !== this.#current?.id) return;
    const payload: unknown = JSON.parse(body);
    this.#settle(outcome === "response" ? { payload } : { payload, error: "Unhandled" });
  }

  /** Gives the work to whoever asks for it, and freezes the one who asks when there is none. */
  #handOver(): void {
    const [asking, current] = [this.#asking, this.#current];
    if (asking === undefined) return;
    if (current === undefined) {
      this.#process?.kill("SIGSTOP");
      return;
    }
    this.#asking = undefined;
    this.#process?.kill("SIGCONT");
    this.#deadline = setTimeout(() => {
      this.#kill();
      this.#settle({ payload: null, error: "Sandbox.Timedout" });
    }, current.timeout);
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": current.id,
      "lambda-runtime-deadline-ms": String(Date.now() + current.timeout),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:eu-west-1:123456789012:function:${FUNCTION}`,
    });
    asking.end(current.event);
  }

  #settle(answer: Answer): void {
    clearTimeout(this.#deadline);
    this.#current?.answer(answer);
    this.#current = undefined;
  }

  /** Forgotten at once, not when it has gone: the next invocation may come before that. */
  #kill(): void {
    const killed = this.#process;
    this.#process = undefined;
    this.#asking = undefined;
    killed?.kill("SIGKILL");
  }
}
