/** Work that is done on many things, some at a time. */
import { expect, it } from "vitest";
import { several } from "../../../../lambda/adapters/file/export/several.ts";

const tick = (): Promise<void> => new Promise((done) => setImmediate(done));

it("results stand in the order of the things, and no more than so many are worked on", async () => {
  let [open, most] = [0, 0];
  const double = async (number: number): Promise<number> => {
    open += 1;
    most = Math.max(most, open);
    for (let wait = number; wait < 5; wait += 1) await tick();
    open -= 1;
    return 2 * number;
  };
  expect(await several([1, 2, 3, 4, 5], 2, double)).toEqual([2, 4, 6, 8, 10]);
  expect(most).toBe(2);
  expect(await several([], 2, double)).toEqual([]);
});

it("what fails is thrown, and nothing is begun after it", async () => {
  const begun: number[] = [];
  const work = async (number: number): Promise<void> => {
    begun.push(number);
    await tick();
    if (number === 2) throw new Error("two");
  };
  await expect(several([1, 2, 3, 4, 5, 6, 7, 8], 2, work)).rejects.toThrow("two");
  for (let wait = 0; wait < 10; wait += 1) await tick();
  expect(begun.length).toBeLessThan(5);
});
