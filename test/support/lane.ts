/** Servers in containers → the tests run against them → their exit status. Whatever happens on the way, every container that was started is stopped. */

/** What a container engine is needed for. */
export interface Engine {
  /** Returns when the image is there. */
  pull(image: string): Promise<void>;
}

/** A running server, and what the tests are to know of it. */
export interface Server {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface ServerImage {
  readonly image: string;
  /** The variable that names another one. */
  readonly variable: string;
  start(): Promise<Server>;
}

export interface Lane {
  engine(): Promise<Engine>;
  readonly images: readonly ServerImage[];
  /** Runs the tests, and ends them when the signal aborts. */
  tests(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number>;
  readonly signal: AbortSignal;
}

/** Why nothing was tested, in one sentence. */
export class Untested extends Error {
  constructor(what: string, cause: unknown, remedy = "") {
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    super(`No test was run: ${what} (${why})${remedy}; npm test needs none.`, { cause });
  }
}

/** Throws `Untested` where the tests could not be begun. */
export async function runLane({ engine, images, tests, signal }: Lane): Promise<number> {
  const found = await engine().catch((error: unknown) => {
    throw new Untested("there is no container engine such as Docker", error);
  });
  await using running = new AsyncDisposableStack();
  // All of them have come to an end before one's failure is told: what is still starting could not be stopped.
  const started = await Promise.allSettled(
    images.map(async (each) => running.adopt(await startOne(found, each), (server) => server.stop())),
  );
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (signal.aborted) return 1;
  const environments = started.flatMap((each) => (each.status === "fulfilled" ? [each.value.environment] : []));
  return await tests(Object.assign({}, ...environments), signal);
}

async function startOne(engine: Engine, { image, variable, start }: ServerImage): Promise<Server> {
  await engine.pull(image).catch((error: unknown) => {
    throw new Untested(
      `the image ${image} cannot be had`,
      error,
      `: log in where it is, or name another in ${variable}`,
    );
  });
  return start().catch((error: unknown) => {
    throw new Untested(
      `the container of ${image} did not start`,
      error,
      `: see its log, or name another image in ${variable}`,
    );
  });
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Does `work`, whose signal aborts with the first signal of the system, and returns its status or that of the signal. */
export async function untilSignalled(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  let ended: number | undefined;
  for (const [name, status] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      ended ??= status;
      stop.abort();
    });
  }
  const status = await work(stop.signal);
  return ended ?? status;
}
