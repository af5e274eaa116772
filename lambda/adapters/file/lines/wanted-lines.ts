/** Keys that are looked for → which lines may have one of them, told from the text: hardly any has to be parsed. */
import type { Item } from "../../../domain/decode/attribute.ts";

/** Whether a line may have one of the keys. Where the text alone does not tell, it may. */
export function linesWanted(keys: readonly Item[]): (text: string) => boolean {
  const [first = {}] = keys;
  const parts = Object.keys(first).flatMap((name) => {
    const values = keys.map((key) => (Object.hasOwn(key, name) ? key[name] : undefined));
    const texts = values.flatMap((value) => (value !== undefined && "S" in value ? [value.S] : []));
    // A number has several spellings.
    return texts.length === keys.length ? [{ name: JSON.stringify(name), texts: new Set(texts) }] : [];
  });
  return (text) => {
    // Without a backslash every name and every text stands there as it is.
    if (text.includes("\\")) return true;
    return parts.every(({ name, texts }) => {
      const start = text.indexOf(name);
      const value = start + name.length + LEAD.length;
      if (start < 0 || text.indexOf(name, value) >= 0 || !text.startsWith(LEAD, start + name.length)) return true;
      return texts.has(text.slice(value, text.indexOf('"', value)));
    });
  };
}

/** Between a name and its text, as AWS writes it. */
const LEAD = ':{"S":"';
