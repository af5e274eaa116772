import { describe, expect, it } from "vitest";
import { IdSets } from "../../../lambda/domain/profile/id-sets.ts";

const fill = (set: { add(text: string): void }, from: number, to: number): void => {
  for (let at = from; at < to; at += 1) set.add(`id ${at}`);
};

describe("sets of ids", () => {
  it("are exact while there is room", () => {
    const all = new IdSets();
    const [parents, children] = [all.make(), all.make()];
    fill(parents, 0, 1000);
    fill(children, 990, 1010);
    expect([parents.size, children.size]).toEqual([1000, 20]);
    expect(children.missingIn(parents)).toEqual({ missing: 10, of: 20 });
    expect([parents.isWhole, parents.isRepeated]).toEqual([true, false]);
    expect([parents.told(), children.told(10)]).toEqual(["1,000", "10"]);
    parents.add("id 7");
    expect([parents.isRepeated, parents.size]).toEqual([true, 1000]);
  });

  it("I8: keep a part of all values, the same part in each, where there are too many", () => {
    const all = new IdSets(1000);
    const [parents, children, strangers] = [all.make(), all.make(), all.make()];
    fill(parents, 0, 20_000);
    fill(children, 0, 10_000);
    fill(strangers, 50_000, 60_000);
    const kept = [parents, children, strangers].map((set) => set.missingIn(set).of);
    expect(kept.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1000);
    expect(children.missingIn(parents).missing).toBe(0);
    const { missing, of } = strangers.missingIn(parents);
    expect(missing).toBe(of);
    expect(of).toBeGreaterThan(50);
    expect(parents.size).toBeGreaterThan(16_000);
    expect(parents.size).toBeLessThan(24_000);
    expect(parents.isWhole).toBe(false);
    expect(parents.told()).toBe(`about ${parents.size.toLocaleString("en-US")}`);
    const half = children.missingIn(children).of / 2;
    expect(children.told(half)).toBe(`about ${Math.round(children.size / 2).toLocaleString("en-US")}`);
  });

  it("take in what another one has", () => {
    const all = new IdSets();
    const [one, other] = [all.make(), all.make()];
    fill(one, 0, 3);
    fill(other, 2, 5);
    one.addAll(other);
    expect([one.size, one.isRepeated]).toEqual([5, false]);
  });
});
