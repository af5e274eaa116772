/** Words of the command line: what is wrong with them is told at once, by its flag, before anything is done. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { command } from "../../bin/commands/command.ts";
import { EXAMPLES, GROUPS } from "../../bin/commands/groups.ts";
import { program } from "../../bin/commands/program.ts";
import { OPTIONS, type Option } from "../../lambda/options.ts";
import type { Verb } from "../../lambda/verb.ts";
import { runAccept } from "../../lambda/verbs/accept.ts";
import { runTrace } from "../../lambda/verbs/trace.ts";
import { VERBS, type VerbName } from "../../lambda/verbs.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial } from "../support/migration.ts";
import { BOB, REFUSED, schema, user } from "../support/users.ts";

const verbs = Object.entries(VERBS) as [VerbName, Verb][];

let folder: string;
let screen = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "options-"));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  screen = "";
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      screen += chunk.toString();
      return true;
    });
  vi.stubEnv("DATABASE_URL", undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

const type = (...words: string[]) => program().parseAsync(words, { from: "user" });

describe("what is misspelt is told before anything else", () => {
  it.each(verbs)("an option of %s", async (name) => {
    await expect(type(name, "--jsno", "x")).rejects.toMatchObject({ code: "commander.unknownOption" });
    expect(screen).toBe(
      name === "rehearse" || VERBS[name].takes.some((each) => each === "json")
        ? `REFUSED  unknown option '--jsno'\n  → did you mean --json? see what there is: bin/ddb2pg ${name} --help\n`
        : expect.unreachable("every verb writes an answer"),
    );
  });

  it("a command", async () => {
    await expect(type("migrat", "--target", "x")).rejects.toMatchObject({ code: "commander.unknownCommand" });
    expect(screen).toContain("unknown command 'migrat'\n  → did you mean migrate?");
  });
});

it("what is needed and not said, and what is wrong with the rest, is told at once, each by its flag", async () => {
  const error = type("migrate", "--units", "0", "--concurrency", "65", "--sample", "1.5", "--max-read-units", "few");
  await expect(error).rejects.toMatchObject({
    code: "settings",
    findings: [
      { where: "--source <SRC>" },
      { where: "--target <URL>", remedy: expect.stringMatching(/export DATABASE_URL=postgres:\/\/\S+$/) },
      { where: "--units <N>", problem: "has to be a whole number from 1 to 100,000" },
      { where: "--concurrency <N>", problem: "has to be a whole number from 1 to 64" },
      { where: "--max-read-units <R>", problem: "has to be a whole number of at least 1, or none" },
      { where: "--sample <N>", problem: "has to be a whole number from 0 to 10,000" },
    ],
  });
});

it("a word that begins as an option does is told where it stands", async () => {
  for (const verb of ["trace", "accept"]) {
    await expect(type(verb, "-lead / --x")).rejects.toMatchObject({ code: "commander.unknownOption" });
    expect(screen).toContain(`a key that begins with - stands last, behind --: bin/ddb2pg ${verb} -- '-lead / --x'`);
    screen = "";
  }
  await expect(type("status", "-lead")).rejects.toThrow();
  expect(screen).not.toContain("a key that begins");
});

it("what is empty is told in words of this tool", async () => {
  const given = ["--target", "postgres://127.0.0.1:1/x", "--reason", " ", "--entity", "", "--reason-code", ""];
  await expect(type("accept", "a", ...given)).rejects.toMatchObject({
    findings: ["--reason <TEXT>", "--reason-code <CODE>", "--entity <NAME>"].map((where) => ({
      where,
      problem: expect.stringMatching(/^has to say something/),
    })),
  });
});

it("every number tells its range", () => {
  for (const { flag, value } of Object.values<Option>(OPTIONS)) {
    const takesNumbers = value.safeParse(1).success;
    if (takesNumbers)
      expect([flag, value.safeParse(-1).error?.issues[0]?.message]).toEqual([
        flag,
        expect.stringMatching(/has to be a whole number (from [\d,]+ to [\d,]+|of at least \d)/),
      ]);
  }
});

it("where no target is said it is what DATABASE_URL says, and what is said counts more", async () => {
  vi.stubEnv("DATABASE_URL", "postgres://127.0.0.1:1/by-variable");
  await expect(type("status")).rejects.toThrow("127.0.0.1:1/by-variable");
  await expect(type("status", "--target", "postgres://127.0.0.1:1/said")).rejects.toThrow("127.0.0.1:1/said");
  vi.stubEnv("DATABASE_URL", "");
  await expect(type("status")).rejects.toMatchObject({ code: "settings" });
});

describe("a file for the answer", () => {
  const source = async () => {
    const file = join(folder, "items.jsonl");
    await writeFile(file, `{"Item":${JSON.stringify(BOB)}}\n`);
    return ["check", "--source", `file:${file}`, "--schema", folder];
  };
  it.each([
    ["a folder that is not there", "none/answer.json", /mkdir -p .*\/none$/],
    ["a folder", ".", /name a file in it/],
    ["what stands below a file", "items.jsonl/answer.json", /ls -ld/],
  ])("that is %s is refused before any work", async (_, name, remedy) => {
    // Nobody listens there: whoever looked would say so.
    const words = ["check", "--source", "dynamodb:things?region=local&endpoint=http://127.0.0.1:1"];
    await source();
    await expect(type(...words, "--json", join(folder, name))).rejects.toMatchObject({
      code: "settings",
      findings: [{ problem: expect.stringContaining("nothing can be written"), remedy: expect.stringMatching(remedy) }],
    });
  });

  it("is neither made nor changed where the work is refused", async () => {
    const there = join(folder, "there.json");
    await writeFile(there, "earlier");
    for (const file of [there, join(folder, "new.json")])
      await expect(type("status", "--target", "nowhere", "--json", file)).rejects.toMatchObject({ code: "settings" });
    expect(await readFile(there, "utf8")).toBe("earlier");
    expect(await readdir(folder)).not.toContain("new.json");
  });

  it.runIf(process.platform === "linux")(
    "that cannot take it keeps no answer from the screen, and is no success",
    async () => {
      const words = await source();
      await type(...words, "--keys", "PK,SK", "--json", join(folder, "answer.json"));
      expect(process.exitCode).toBe(0);
      expect(JSON.parse(await readFile(join(folder, "answer.json"), "utf8"))).toMatchObject({ read: 1 });
      const shown = screen.slice(screen.indexOf("CENSUS"));
      screen = "";
      await type(...words, "--keys", "PK,SK", "--json", "/dev/full");
      expect(screen).toContain(shown);
      expect(screen).toMatch(
        /INCOMPLETE {2}the answer above could not be written to \/dev\/full \(ENOSPC\)\n {2}→ make room.*df -h \/dev\n$/,
      );
      expect(process.exitCode).toBe(2);
    },
  );
});

describe("help", () => {
  it("has every command under what one may want to do", () => {
    const help = program().helpInformation();
    for (const [name, group] of Object.entries(GROUPS)) {
      const from = help.slice(help.indexOf(group));
      const ofGroup = from.slice(0, from.indexOf("\n\n"));
      expect(ofGroup).toMatch(new RegExp(`^ {2}${name} `, "m"));
    }
  });

  it("has examples that the command line takes as they stand", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://127.0.0.1:1/x");
    for (const [name] of verbs)
      for (const example of EXAMPLES[name]) {
        const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
        const taken: unknown[] = [];
        const made = command(name, async (given) => void taken.push(given))();
        expect(words.shift()).toBe(name);
        await made.parseAsync(words, { from: "user" });
        expect(taken).toHaveLength(1);
      }
  });
});

describe("a key as reports print it", () => {
  let database: TestDatabase;
  const ODD = user("a / b", "odd@x");
  const UNSEEN = user("u\u001b[31m\u202e", "unseen@x");
  beforeAll(async () => {
    database = await createDatabase();
    await migrateTrial({ url: database.url, schema, items: [BOB, ODD, UNSEEN, REFUSED] });
  });
  afterAll(() => database.drop());

  it.each([
    ["as one word", ["USER#bob / METADATA"], "USER#bob"],
    ["as three", ["USER#bob", "/", "METADATA"], "USER#bob"],
    ["as two parts", ["USER#bob", "METADATA"], "USER#bob"],
    ["with a part that holds what stands between", ["USER#a / b / METADATA"], "USER#a / b"],
    ["with such a part, as many words", ["USER#a", "/", "b", "/", "METADATA"], "USER#a / b"],
    ["of a whole partition of such a name", ["USER#a / b"], "USER#a / b"],
    ["with what a terminal would obey", ["USER#u⟨U+001B⟩[31m⟨U+202E⟩ / METADATA"], "USER#u\\u001b[31m\u202e"],
    ["with the same, as two parts", ["USER#u⟨U+001B⟩[31m⟨U+202E⟩", "METADATA"], "USER#u\\u001b[31m\u202e"],
    ["of such a partition", ["USER#u⟨U+001B⟩[31m⟨U+202E⟩"], "USER#u\\u001b[31m\u202e"],
  ])("%s is understood by trace", async (_, words, pk) => {
    const found = await runTrace({ target: database.url, schema, words, isItem: false });
    expect(found).toMatchObject({ kind: "items", count: 1, items: [{ source: expect.stringContaining(`"${pk}"`) }] });
  });

  it("of another item is none", async () => {
    const found = await runTrace({ target: database.url, schema, words: ["USER#bob / METADAT"], isItem: false });
    expect(found).toMatchObject({ kind: "items", count: 0 });
  });

  it("is understood by accept", async () => {
    const task = { target: database.url, schema, reason: "known" };
    expect(await runAccept({ ...task, key: ["USER#ada / METADATA"] })).toMatchObject({ items: 1 });
    expect(await runAccept({ ...task, key: ["USER#ada", "/", "METADATA"] })).toMatchObject({ items: 1 });
    await expect(runAccept({ ...task, key: ["USER#ada", "METADATA", "more"] })).rejects.toMatchObject({
      findings: [{ where: "key" }],
    });
  });
});
