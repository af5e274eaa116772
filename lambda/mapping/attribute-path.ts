/**
 * A place inside an item → one text, `data.TYPE`, and back. Names are exactly as stored: one that holds a dot, a bracket or a quote
 * stands in quotes, so that no two places share a text.
 */

const PLAIN = /^[^.[\]"]+$/;
const SEGMENT = /\.?([^.[\]"]+|"(?:[^"\\]|\\.)*")/gy;

export const memberText = (name: string): string => (PLAIN.test(name) ? name : JSON.stringify(name));

/** The names on the way; undefined of a text that goes through elements of a list, or was cut. */
export function namesOf(text: string): readonly string[] | undefined {
  const found = [...text.matchAll(SEGMENT)];
  const isWhole = found.length > 0 && found.map(([whole]) => whole).join("") === text && !text.endsWith("…");
  return isWhole && !text.startsWith(".") ? found.map(([, name = ""]) => nameIn(name)) : undefined;
}

function nameIn(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** As it is written on a list of what to ignore: one name, or a list of names that leads into a map. */
export const ignoredText = (path: readonly string[]): string => {
  const [name = ""] = path;
  return path.length === 1 ? JSON.stringify(name) : `[${path.map((each) => JSON.stringify(each)).join(", ")}]`;
};

/** What it is counted by: an attribute by its name. */
export const ignoredName = (path: readonly string[]): string => {
  const [name = ""] = path;
  return path.length === 1 ? name : ignoredText(path);
};
