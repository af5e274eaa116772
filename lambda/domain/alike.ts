/** A word that is not known → those known that it may have been meant to be. */

/** As many letters as may be wrong, in proportion to the word. */
const WRONG = 0.4;

/** Those nearest to it first; letters in other cases, or more of them around it, are near. */
export function alike(word: string, known: readonly string[]): string[] {
  const is = word.toLowerCase();
  return known
    .map((each) => ({ each, far: distance(is, each.toLowerCase()) }))
    .filter(({ each, far }) => far <= Math.max(1, Math.floor(WRONG * is.length)) || holds(is, each.toLowerCase()))
    .sort((a, b) => a.far - b.far)
    .map(({ each }) => each);
}

/** Fewer letters stand in almost everything. */
const TELLING = 3;

const holds = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= TELLING && (a.includes(b) || b.includes(a));

/** How many letters have to be added, left out or changed. */
function distance(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed));
    }
    last = row;
  }
  return last[b.length] ?? 0;
}
