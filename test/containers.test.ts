/** The lane on container images, as far as it goes without an engine: it must not look like success, must blame what is to blame, and must leave nothing running. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { type Engine, type Lane, runLane, type ServerImage, Untested } from "./support/lane.ts";
import { listening } from "./support/listening.ts";

const SOCKET = "/var/run/docker.sock";
const LANE = pathToFileURL("test/support/lane.ts").href;

/** What became of two servers that need no container. */
function lane(more: Partial<Lane> = {}, fault: Partial<ServerImage> = {}) {
  const told: string[] = [];
  const server = (image: string): ServerImage => ({
    image,
    variable: `IMAGE_OF_${image.toUpperCase()}`,
    start: async () => {
      told.push(`${image} started`);
      return { environment: { [image]: "up" }, stop: async () => void told.push(`${image} stopped`) };
    },
  });
  const engine: Engine = { pull: async () => undefined };
  const run = () =>
    runLane({
      engine: async () => engine,
      images: [server("one"), { ...server("two"), ...fault }],
      tests: async (environment) => {
        told.push(`tests with ${Object.keys(environment).join(" and ")}`);
        return 0;
      },
      signal: new AbortController().signal,
      ...more,
    });
  return { told, run };
}

const broken = (message: string) => async () => {
  throw new Error(message);
};

describe("the containers", () => {
  it("are stopped when the tests have passed, and when they have failed", async () => {
    const { told, run } = lane();
    expect(await run()).toBe(0);
    expect(told).toEqual([...["one started", "two started", "tests with one and two", "two stopped", "one stopped"]]);
    const failing = lane({ tests: async () => 3 });
    expect(await failing.run()).toBe(3);
    expect(failing.told.slice(-2)).toEqual(["two stopped", "one stopped"]);
    const throwing = lane({ tests: broken("no vitest") });
    await expect(throwing.run()).rejects.toThrow("no vitest");
    expect(throwing.told.slice(-2)).toEqual(["two stopped", "one stopped"]);
  });

  it("are stopped where another one did not start, also when that is still starting", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow: Partial<ServerImage> = { start: () => promise.then(broken("port taken\nand more")) };
    const { told, run } = lane({}, slow);
    const ended = run();
    await new Promise((done) => setImmediate(done));
    resolve();
    await expect(ended).rejects.toThrow(
      "No test was run: the container of two did not start (port taken): see its log, or name another image in IMAGE_OF_TWO; npm test needs none.",
    );
    expect(told).toEqual(["one started", "one stopped"]);
  });

  it("are stopped by a signal of the system, after the tests", async () => {
    const script = `
      import { runLane, untilSignalled } from ${JSON.stringify(LANE)};
      const say = (text) => process.stdout.write(text + "\\n");
      process.exitCode = await untilSignalled((signal) => runLane({
        engine: async () => ({ pull: async () => undefined }),
        images: [{ image: "one", variable: "X", start: async () => ({ environment: {}, stop: async () => say("stopped") }) }],
        tests: async (_, signal) => {
          const alive = setInterval(() => undefined, 1000);
          say("testing");
          await new Promise((done) => signal.addEventListener("abort", done));
          clearInterval(alive);
          say("ended");
          return 0;
        },
        signal,
      }));`;
    for (const [signal, status] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (data: Buffer) => {
        said += data.toString();
        if (said === "testing\n") child.kill(signal);
      });
      const [code] = await once(child, "close");
      expect([said, code]).toEqual(["testing\nended\nstopped\n", status]);
    }
  });
});

describe("what is to blame is told in one sentence", () => {
  it("that there is no engine", async () => {
    const { told, run } = lane({ engine: broken("Could not find a working container runtime strategy") });
    await expect(run()).rejects.toThrow(/^No test was run: there is no container engine such as Docker \(Could not/);
    expect(told).toEqual([]);
  });

  it("that an image cannot be had, and not the engine", async () => {
    const pull = async (image: string) => {
      if (image === "two") throw new Error("pull access denied");
    };
    const { told, run } = lane({ engine: async () => ({ pull }) });
    const error: unknown = await run().catch((each: unknown) => each);
    expect(error).toBeInstanceOf(Untested);
    expect(String(error)).toMatch(
      /the image two cannot be had \(pull access denied\): .*IMAGE_OF_TWO; npm test needs none\.$/,
    );
    expect(String(error)).not.toMatch(/engine/);
    expect(told).toEqual(["one started", "one stopped"]);
  });
});

/** The lane as it is run, on this container engine. */
async function run(dockerHost: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number | null; stdout: string; stderr: string }>();
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    DOCKER_HOST: dockerHost,
    TESTCONTAINERS_RYUK_DISABLED: "true",
  };
  const child = execFile(process.execPath, ["test/support/containers.ts"], { env }, (_, stdout, stderr) =>
    resolve({ status: child.exitCode, stdout, stderr }),
  );
  return promise;
}

it.skipIf(existsSync(SOCKET))("without a container engine nothing passes, and one sentence says so", async () => {
  const { status, stdout, stderr } = await run("unix:///nonexistent/docker.sock");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^No test was run: there is no container engine .*npm test needs none\.$/m);
});

it("an engine that cannot have the images says so of each, and nothing passes", async () => {
  const asked: string[] = [];
  const engine = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path.split("?")[0]}`);
    if (path.endsWith("/info")) response.end(JSON.stringify({ OperatingSystem: "Linux", OSType: "linux" }));
    else {
      const message = path.includes("/images/create") ? "pull access denied for it" : "No such image: it";
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ message }));
    }
  });
  const port = await listening(engine);
  try {
    const { status, stdout, stderr } = await run(`tcp://127.0.0.1:${port}`);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^No test was run: the image \S+ cannot be had \(.*pull access denied.*\): /);
    expect(asked.some((each) => each.includes("/containers/create"))).toBe(false);
  } finally {
    engine.close();
  }
});
