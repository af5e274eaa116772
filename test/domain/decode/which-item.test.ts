/** An item is known by its key and by what it holds, however that is spelled, and no refusal repeats it. */
import { describe, expect, it } from "vitest";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import { decoder } from "../../../lambda/domain/decode/decoder.ts";
import { decode, decoded, mapping, reason, thing } from "../../support/things.ts";

describe("which item it is", () => {
  it.each<[string, Item, string]>([
    ["a repeated capture that does not agree", thing({ SK: { S: "V#2" } }), "no-entity"],
    ["another discriminator", thing({ Type: { S: "other" } }), "no-entity"],
    ["a key that cannot be one", thing({ PK: { BOOL: true } }), "key-not-text"],
    ["no sort key", { PK: { S: "THING#1" } }, "no-key"],
    ["no partition key", { SK: { S: "THING#1" } }, "no-key"],
    ["an item that is left behind by declaration", { PK: { S: "MARKER" }, SK: { S: "1" } }, "ignored"],
    ["one that has expired", thing({ Gone: { N: "1000" } }), "expired"],
    ["one that has not", thing({ Gone: { N: "1001" } }), "rows"],
    ["one whose time-to-live is no number", thing({ Gone: { S: "1" } }), "rows"],
  ])("%s", (_, item, expected) => {
    expect(reason(item)).toBe(expected);
  });

  it("two items are two, whatever they hold, and one item is one, however it is spelled", () => {
    const a = decoded(thing({ Tags: { SS: ["x", "y"] }, Price: { S: "1" } }));
    const b = decoded({ Price: { S: "1" }, ...thing({ Tags: { SS: ["y", "x"] } }) });
    expect([b.item, b.fingerprint]).toEqual([a.item, a.fingerprint]);
    expect(decoded({ Odd: { S: "1" } }).item).not.toBe(decoded({ Odd: { S: "2" } }).item);
    expect(decoded(thing({ SK: { N: "1.0" } })).item).toBe(decoded(thing({ SK: { N: "1" } })).item);
    expect(decoded(thing({ SK: { N: "1.0" } })).item).not.toBe(decoded(thing({ SK: { S: "1" } })).item);
    expect(decoder(mapping, { source: "other", expiredAt: 0n })({ item: thing() }).item).not.toBe(
      decoded(thing()).item,
    );
  });

  it.each<[string, Item]>([
    ["only its sort key", { PK: { S: "THING#1" }, Canary: { S: "canary" } }],
    ["only its partition key", { SK: { S: "THING#1" }, Canary: { S: "canary" } }],
    ["a key of a type no key has", thing({ PK: { M: { Canary: { S: "canary" } } } })],
    ["a number that is none", thing({ SK: { N: "canary" } })],
  ])("I10: an item that lacks %s is where it stands: two of them are two, and nothing of them is shown", (_, item) => {
    const [one, other] = [3, 9].map((at) => decode({ item, position: `byte ${at}` }));
    expect([one?.source, other?.source]).toEqual(["byte 3", "byte 9"]);
    expect(one?.item).not.toBe(other?.item);
    expect(decode({ item, position: "byte 3" }).item).toBe(one?.item);
    // A source that does not say where it stands shows no more.
    expect(decoded(item).source).toMatch(/^item [0-9a-f]{16}$/);
    expect(decoded(item).outcome).toMatchObject({
      kind: "quarantined",
      refusal: { detail: expect.not.stringContaining("canary") },
    });
    // The twin: with its key it is that key, wherever it stands.
    const whole = [3, 9].map((at) => decode({ item: thing(), position: `byte ${at}` }));
    expect(whole[0]?.item).toBe(whole[1]?.item);
  });

  it("a record that is no item goes to quarantine as it stood", () => {
    const record = decode({ unreadable: { position: "byte 7", text: "what?", detail: "not JSON" } });
    expect(record.outcome).toMatchObject({ kind: "quarantined", refusal: { reason: "unreadable" } });
    expect(record.body()).toBe("what?");
  });

  it("I10: no refusal repeats what the item holds", () => {
    const canary = "canary";
    const attributes = [{ Price: { S: canary } }, { Required: { SS: [canary] } }, { PK: { S: canary } }];
    for (const more of attributes) {
      const { outcome } = decoded(thing(more));
      expect(outcome.kind === "quarantined" ? outcome.refusal.detail : canary).not.toContain(canary);
    }
  });
});
