/** What an operator asks of the function as it is deployed. */
import { describe, expect, it } from "vitest";
import { planted } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { answered } from "../../lambda/verb.ts";
import { VERBS } from "../../lambda/verbs.ts";
import { createDatabase } from "../support/database.ts";
import { held } from "../support/reports.ts";
import { AMPLE, asking, environmentOf, resultOf, tableOf, withFunction } from "./functions.ts";

const ITEMS = 200;

describe("what an operator asks of a function", () => {
  it("in pieces: planned, copied by three at once, finalized, proven", async () => {
    await using database = await createDatabase();
    const clean = await tableOf(sampleItems({ items: ITEMS, seed: 5, now: new Date() }));
    const lines = await withFunction(environmentOf(clean, database), async (service) => {
      const ask = asking(service);
      expect(await ask({ action: "plan", workers: 3 })).toEqual({
        action: "plan",
        run: 1,
        pass: 1,
        workers: [0, 1, 2],
        events: { copy: { action: "copy" }, finalize: { action: "finalize" }, verify: { action: "verify" } },
      });
      for (const _ of [1, 2, 3]) expect(await ask({ action: "copy" })).toEqual({ action: "copy", run: 1, done: true });
      expect(await ask({ action: "finalize" })).toEqual({ action: "finalize", run: 1, done: true });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE))).toMatchObject({ verdict: "verified" });
      expect(await ask({ action: "status" })).toMatchObject({ phase: "ended", units: 48, done: 48, read: ITEMS });
      expect(await ask({ action: "list-quarantine" })).toEqual({ action: "list-quarantine", run: 1, groups: [] });
      expect(resultOf(await service.invoke({ action: "repair" }, AMPLE))).toMatchObject({
        verdict: "verified",
        repaired: { rows: 0 },
      });
      const told = await ask({ action: "report" });
      expect(told).toMatchObject({
        summary: [expect.stringMatching(/^VERIFIED/), expect.stringMatching(/^run 1, pass 1/), expect.anything()],
      });
      expect(held(Object(told).report).verdict).toBe("verified");
      expect(await ask({ action: "seal" })).toEqual({ action: "seal", run: 1, provenAt: expect.any(String) });
      expect(resultOf(await service.invoke({ action: "rollback", force: true }, AMPLE)).findings?.[0]?.where).toBe(
        "sealed",
      );
      expect(await ask({ action: "drop-ledger" })).toEqual({ action: "drop-ledger", runs: 1 });
    });
    const phases = lines.flatMap((line) => /"phase":"(\w+)"/.exec(line)?.[1] ?? []);
    // Sealing proves anew.
    const again = ["build", "verify", "ended"];
    expect(phases).toEqual(["copy", ...again, "repair", ...again, "verify", "ended"]);
  });

  it("I10: keys stand in the answers as hashes, by which an item can be accepted", async () => {
    await using database = await createDatabase();
    const dirty = await tableOf(planted);
    await withFunction(environmentOf(dirty, database), async (service) => {
      const ask = asking(service);
      await service.invoke({}, AMPLE);
      const listed = answered(VERBS["list-quarantine"].event, await ask({ action: "list-quarantine" }));
      const keys = listed?.groups.flatMap(({ examples }) => examples) ?? [];
      expect(keys.length).toBeGreaterThan(0);
      for (const { key } of keys) expect(key).toMatch(/^#[0-9a-f]{16}$/);
      const [{ key } = { key: "" }] = keys;
      expect(await ask({ action: "accept", key: [key], reason: "a test" })).toMatchObject({ key, reason: "a test" });
      expect(resultOf(await service.invoke({ action: "verify" }, AMPLE))).toMatchObject({ accepted: 1 });
    });
  });
});
