/** The life of a run: every step from every phase, as it is written down here, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Move, moveRun } from "../../../../../lambda/adapters/postgres/ledger/run/phases.ts";
import { aside } from "../../../../../lambda/adapters/postgres/session/connection.ts";
import { openSessions, type Sessions } from "../../../../../lambda/adapters/postgres/session/sessions.ts";
import { load, openTarget } from "../../../../../lambda/compose.ts";
import { partsOf } from "../../../../../lambda/domain/decode/mapping-parts.ts";
import { defineItems, defineTables, text } from "../../../../../lambda/mapping/index.ts";
import type { Phase, Run } from "../../../../../lambda/ports/runs.ts";
import { createDatabase, type TestDatabase } from "../../../../support/database.ts";
import { query } from "../../../../support/migration.ts";

const tables = defineTables({ things: { id: text().primaryKey() } });
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Thing", { pk: "T#{id}" }, ({ key }) => [into("things", { id: key.id })]),
]);

const PHASES = ["copy", "repair", "build", "verify", "ended", "rollback"] as const satisfies readonly Phase[];
const NO = "moved-on";
const GONE = "in-use";

/** Where each leads from each of the phases, or as what it is refused. */
const LEADS: Readonly<Record<Move, readonly string[]>> = {
  resume: ["copy", "repair", "build", "verify", NO, GONE],
  pass: [NO, NO, NO, NO, "copy", GONE],
  remap: ["copy", "copy", "copy", "copy", "copy", GONE],
  next: [NO, NO, "copy", "copy", "copy", GONE],
  build: ["build", "build", NO, NO, NO, GONE],
  rebuild: [NO, NO, NO, NO, "build", GONE],
  reread: [NO, NO, "build", NO, NO, GONE],
  verify: [NO, NO, "verify", NO, NO, GONE],
  end: [NO, NO, NO, "ended", "ended", GONE],
  repair: [NO, "repair", "repair", "repair", "repair", GONE],
  accept: [NO, NO, NO, "verify", "ended", GONE],
  seal: [NO, NO, NO, NO, "ended", GONE],
  rollback: ["rollback", "rollback", "rollback", "rollback", "rollback", "rollback"],
};
const BEGINS: ReadonlySet<string> = new Set(["pass", "remap", "next", "rebuild", "reread", "repair", "rollback"]);
const isMove = (name: string): name is Move => Object.hasOwn(LEADS, name);
const moves = Object.keys(LEADS)
  .filter(isMove)
  .map((move) => [move, LEADS[move]] as const);

let database: TestDatabase;
let sessions: Sessions;
let run: Run;
beforeAll(async () => {
  database = await createDatabase();
  sessions = openSessions(database.url, "phases");
  const mapping = load({ tables, items });
  await using target = openTarget(database.url, mapping);
  run = await target.runs.open({
    source: "test",
    mapping: "m",
    parts: partsOf(mapping),
    remap: false,
    now: new Date(),
  });
});
afterAll(async () => {
  await sessions[Symbol.asyncDispose]();
  await database.drop();
});

const stands = (phase: Phase, sealed = false) =>
  query(database.url, "update migration_ledger.run set phase = $1, sealed_at = case when $2 then now() end", [
    phase,
    sealed,
  ]);

/** Where it leads and how the epoch has grown, or why not; taken back. */
const tried = (move: Move, since?: Run) =>
  sessions.use((session) =>
    aside(session, () => moveRun(session, run.id, move, since === undefined ? {} : { since })).then(
      ({ phase, epoch }) => ({ phase, begun: epoch - run.epoch }),
      ({ code }) => code,
    ),
  );

describe.each(PHASES.map((phase, at) => [phase, at] as const))("a run in phase %s", (phase, at) => {
  it("may be moved where the table says, and nowhere else", async () => {
    await stands(phase);
    for (const [move, leads] of moves) {
      const to = leads[at];
      const expected = to === NO || to === GONE ? to : { phase: to, begun: BEGINS.has(move) ? 1 : 0 };
      expect([move, await tried(move)]).toEqual([move, expected]);
    }
  });

  it("that is sealed stays where it is", async () => {
    await stands(phase, true);
    for (const [move] of moves) if (move !== "seal") expect([move, await tried(move)]).toEqual([move, "sealed"]);
  });

  it("goes nowhere for whoever looked at it before something else began", async () => {
    await stands(phase);
    for (const [move] of moves)
      expect([move, await tried(move, { ...run, epoch: run.epoch - 1 })]).toEqual([move, "moved-on"]);
  });
});
