/** Keys that are looked for → which lines may have one of them, told from the text: hardly any has to be parsed. */
import type { Item } from "../../../domain/decode/attribute.ts";

/** Where in a line its key stands; undefined where the text does not tell. */
type KeyPart = (text: string) => readonly [from: number, to: number] | undefined;

const EVERYWHERE: KeyPart = (text) => [0, text.length];

/** Between a name and its text, as AWS writes it. */
const LEAD = ':{"S":"';

/** Whether a line may have one of the keys. Where the text alone does not tell, it may. */
export function linesWanted(keys: readonly Item[], keyPart: KeyPart = EVERYWHERE): (text: string) => boolean {
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
    const [from, to] = keyPart(text) ?? [];
    if (from === undefined || to === undefined) return true;
    const placeOf = (name: string, behind: number): number | undefined => {
      const at = text.indexOf(name, behind);
      return at < 0 || at >= to ? undefined : at;
    };
    return parts.every(({ name, texts }) => {
      const start = placeOf(name, from);
      if (start === undefined || !text.startsWith(LEAD, start + name.length)) return true;
      const value = start + name.length + LEAD.length;
      return placeOf(name, value) !== undefined || texts.has(text.slice(value, text.indexOf('"', value)));
    });
  };
}

const KEYS = '"Keys":{';
const IMAGE = /"(?:New|Old)Image":/g;

/** Of a change, as AWS writes it: between the name of its key and that of the first image, which repeats the key. */
const keysOfChange: KeyPart = (text) => {
  const from = text.indexOf(KEYS);
  IMAGE.lastIndex = 0;
  const image = IMAGE.exec(text)?.index ?? text.length;
  return from < 0 || image < from ? undefined : [from + KEYS.length, image];
};

export const changesWanted = (keys: readonly Item[]): ((text: string) => boolean) => linesWanted(keys, keysOfChange);
