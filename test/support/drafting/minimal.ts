/** Items that show a fault → as few of them, with as few attributes, as still show it: what a person can look at. */
import type { Item } from "../../../lambda/domain/decode/attribute.ts";

type Shows = (items: readonly Item[]) => Promise<boolean>;

export async function minimal(items: readonly Item[], keys: readonly string[], shows: Shows): Promise<readonly Item[]> {
  let least = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length; ) {
      const fewer = least.toSpliced(at, size);
      if (fewer.length > 0 && (await shows(fewer))) least = fewer;
      else at += size;
    }
  }
  const names = new Set(least.flatMap((item) => Object.keys(item)).filter((name) => !keys.includes(name)));
  for (const name of names) {
    const without = least.map((item) => {
      const { [name]: _, ...others } = item;
      return others;
    });
    if (await shows(without)) least = without;
  }
  return least;
}
