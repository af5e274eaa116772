/** The table of invariants and the titles of the tests → where one names the other and is not named by it. */

/** `I5` → the test files its row names. */
export function rowsOf(markdown: string): Map<string, Set<string>> {
  const rows = [...markdown.matchAll(/^\| (I\d+) \|.*\| ([^|]*) \|$/gm)];
  return new Map(
    rows.map(([, id = "", proof = ""]) => [
      id,
      new Set([...proof.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file)),
    ]),
  );
}

const TITLE = /\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g;

/** `I5` → the files with a test, or a benchmark's first comment, that cites it. */
export function citedIn(sources: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const cited = new Map<string, Set<string>>();
  for (const [file, text] of sources) {
    const titles = file.endsWith(".bench.ts")
      ? [/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? ""]
      : [...text.matchAll(TITLE)].map(([, , title = ""]) => title);
    for (const [id] of titles.join("\n").matchAll(/\bI\d+\b/g)) cited.set(id, (cited.get(id) ?? new Set()).add(file));
  }
  return cited;
}

/** Every place where the two do not agree, as a sentence. */
export function disagreements(markdown: string, sources: ReadonlyMap<string, string>): string[] {
  const [rows, cited] = [rowsOf(markdown), citedIn(sources)];
  return [...new Set([...rows.keys(), ...cited.keys()])].flatMap((id) => {
    const [named, citing] = [rows.get(id), cited.get(id) ?? new Set<string>()];
    if (named === undefined) return [`${[...citing].join(", ")} cites ${id}, which is no invariant`];
    return [
      ...(named.size === 0 ? [`${id} names no test`] : []),
      ...[...named]
        .filter((file) => !citing.has(file))
        .map((file) => `${id} names ${file}, in which no title cites it`),
      ...[...citing]
        .filter((file) => !named.has(file))
        .map((file) => `${file} cites ${id}, whose row does not name it`),
    ];
  });
}

/** Files of the function that the table names and that are not there. */
export const namedInVain = (markdown: string, isThere: (file: string) => boolean): string[] =>
  [...markdown.matchAll(/`((?!test\/)[\w./-]+\.ts)`/g)].flatMap(([, file = ""]) =>
    isThere(`lambda/${file}`) ? [] : [`${file} is not in lambda/`],
  );
