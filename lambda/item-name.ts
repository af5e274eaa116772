/** Words of an operator → the item they name. */
import type { AttributeValue } from "./domain/decode/attribute.ts";
import { toDynamoDbJson } from "./domain/decode/dynamodb-json.ts";
import { asItWas } from "./domain/visible.ts";
import type { Mapping } from "./mapping/model.ts";
import type { ItemName } from "./ports/trace.ts";

/** Between the two parts of a key, as reports and lists print them. */
const BETWEEN = " / ";

/** `PK / SK` may have come as one word, or as many as it has blanks; anything else stays as it is. */
export const keyWords = (words: readonly string[]): readonly string[] =>
  words.length > 2 && words.includes("/") ? [words.join(" ")] : words;

/** The key as the ledger may have it: which type a key is of the words do not tell. */
export function itemName([pk = "", sk]: readonly string[], { keys }: Mapping): ItemName {
  const [, hash] = sk === undefined ? (/^#([0-9a-f]{16})$/.exec(pk) ?? []) : [];
  if (hash !== undefined) return { hash };
  if (sk === undefined && keys.sk !== undefined) {
    const beginnings = valuesOf(pk).map((value) => `${toDynamoDbJson({ [keys.pk]: value }).slice(0, -1)},`);
    // A key that holds what stands between two others' parts is both: it may be that of a partition, too.
    const parts = pk.split(BETWEEN);
    const printed = parts.slice(1).flatMap((_, at) => {
      const [first, second] = [parts.slice(0, at + 1), parts.slice(at + 1)].map((some) => some.join(BETWEEN));
      return sourcesOf(first ?? "", second, keys);
    });
    // What has no key is known by its position alone.
    return { beginnings: [...beginnings, ...printed, pk] };
  }
  const sources = sourcesOf(pk, sk, keys);
  return { sources: sk === undefined ? [...sources, pk] : sources };
}

function sourcesOf(pk: string, sk: string | undefined, keys: Mapping["keys"]): string[] {
  const { sk: name } = keys;
  const sorts = sk === undefined || name === undefined ? [{}] : valuesOf(sk).map((value) => ({ [name]: value }));
  return valuesOf(pk).flatMap((value) => sorts.map((sort) => toDynamoDbJson({ [keys.pk]: value, ...sort })));
}

/** What a word of a key may be: text, also as it is shown, a number, or binary as it is shown, in base64. */
function valuesOf(word: string): AttributeValue[] {
  const bytes = Buffer.from(word, "base64");
  const text = [...new Set([word, asItWas(word)])].map((each) => ({ S: each }));
  return [...text, { N: word }, ...(bytes.toString("base64") === word ? [{ B: new Uint8Array(bytes) }] : [])];
}
