/** I3, I9 as a story on the screen: five kills survived, three changes caught; and nothing left behind when the audience leaves early. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import { isLike, linesOf } from "../support/documents.ts";
import { ROOT, rehearsed } from "../support/pages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sabotage-"));
  // Where the tests run as root, the server runs as somebody else, who removes its folder.
  await chmod(folder, 0o777);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { command, output } = await rehearsed("--sabotage");

/** As it is typed. Everything it starts keeps its files in the test's folder: what stays behind is seen there. */
const start = (...more: string[]): ChildProcess =>
  spawn("bash", ["-c", ["exec", command, ...more].join(" ")], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });

interface Ending {
  readonly exit: unknown;
  readonly printed: string;
  readonly screen: string;
}

/** The end of a process. `onScreen` hears everything on the screen so far, whenever there is more. */
async function ending(child: ChildProcess, onScreen: (screen: string) => void = () => undefined): Promise<Ending> {
  let [printed, screen] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      screen += chunk.toString();
      onScreen(screen);
    });
  }
  const [exit] = await once(child, "close");
  return { exit, printed, screen };
}

it("I3, I9: five kills, three changes caught with table and key, each undone, exit 0", async () => {
  const json = join(folder, "report.json");
  const { exit, printed, screen } = await ending(start("--json", json));
  expect(exit, screen).toBe(0);
  expect(isLike(output, linesOf(printed)), printed).toBe(true);
  const pages = [...screen.matchAll(/(?:started|resumed) +killed after +(\d+) pages/g)].map((match) =>
    Number(match[1]),
  );
  expect(pages).toHaveLength(5);
  expect(pages.every((page, at) => page > (pages[at - 1] ?? 0))).toBe(true);
  expect(screen).toMatch(/resumed +ended VERIFIED/);

  const [, story = ""] = screen.split("Lied to three times");
  expect(story).toMatch(/One digit.*DISCREPANT: content: files: .*files \([0-9a-f-]{36}\) from FOLDER#/s);
  expect(story).toMatch(
    /One row deleted.*DISCREPANT: counts: file_shares: .*file_shares \(\S+, [0-9a-f-]{36}\) from USER#/s,
  );
  expect(story).toMatch(/One row added.*DISCREPANT: counts: file_shares: .*file_shares \(\S+, [0-9a-f-]{36}\)\n/s);
  expect(story.match(/undone: VERIFIED/g)).toHaveLength(3);
  expect(screen).not.toContain("MISSED");
  expect(JSON.parse(await readFile(json, "utf8"))).toMatchObject({ verdict: "verified", items: { read: 500 } });
});

it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "ended by %s in the middle it leaves no process and no folder",
  async (signal) => {
    const child = start();
    const group = must(child.pid, "the rehearsal was started");
    let sent = false;
    const { exit } = await ending(child, (screen) => {
      // Into the first act: its engines run, and a second copy is about to.
      if (sent || !screen.includes("killed after")) return;
      sent = true;
      // Ctrl-C in a terminal reaches every process of the group, the others only the one they name.
      process.kill(signal === "SIGINT" ? -group : group, signal);
    });
    expect(exit).toBe(signal === "SIGKILL" ? null : 2);
    await expect.poll(() => readdir(folder)).toEqual([]);
    await expect.poll(() => alive(-group)).toBe(false);
  },
);

/** Whether any process of a group is left. */
function alive(group: number): boolean {
  try {
    process.kill(group, 0);
    return true;
  } catch {
    return false;
  }
}

it("refuses to be dirty and to sabotage at once, in one sentence", async () => {
  const { exit, screen } = await ending(start("--dirty"));
  expect(exit).toBe(3);
  expect(screen).toContain("--dirty and --sabotage are two rehearsals");
});
