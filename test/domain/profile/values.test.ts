import { expect, it } from "vitest";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import { IdSets } from "../../../lambda/domain/profile/id-sets.ts";
import { Values } from "../../../lambda/domain/profile/values.ts";

it("I8: maps in maps are told apart to a number of places, whatever their members are called", () => {
  const all = new IdSets();
  const values = new Values(all);
  const text = { S: "x" };
  for (let at = 0; at < 60_000; at += 1) {
    const inner: AttributeValue = { M: { [`c${at % 59}`]: text } };
    values.add({ M: { [`a${Math.floor(at / 3481) % 59}`]: { M: { [`b${Math.floor(at / 59) % 59}`]: inner } } } });
  }
  const places = (of: Values): number => 1 + of.members.values().reduce((sum, member) => sum + places(member), 0);
  expect(places(values)).toBeLessThanOrEqual(20_000);
  expect(places(values)).toBeGreaterThan(15_000);
  expect(all.isFull).toBe(true);
});

it("what is not looked into is asked for bytes as a whole", () => {
  const values = new Values(new IdSets());
  for (let at = 0; at < 100; at += 1)
    values.add({ M: { [`member ${at}`]: at < 99 ? { S: "x" } : { B: new Uint8Array([1]) } } });
  expect([values.isOpen, values.hasBytes]).toEqual([true, true]);
});
