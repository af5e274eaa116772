/** Words of an operator → the item they name. */
import type { AttributeValue } from "./domain/decode/attribute.ts";
import { toDynamoDbJson } from "./domain/decode/dynamodb-json.ts";
import type { Mapping } from "./mapping/model.ts";
import type { ItemName } from "./ports/trace.ts";

/** The key as the ledger may have it: which type a key is of the words do not tell. */
export function itemName([pk = "", sk]: readonly string[], { keys }: Mapping): ItemName {
  const [, hash] = sk === undefined ? (/^#([0-9a-f]{16})$/.exec(pk) ?? []) : [];
  if (hash !== undefined) return { hash };
  if (sk === undefined && keys.sk !== undefined) {
    const beginnings = valuesOf(pk).map((value) => `${toDynamoDbJson({ [keys.pk]: value }).slice(0, -1)},`);
    // What has no key is known by its position alone.
    return { beginnings: [...beginnings, pk] };
  }
  const { sk: name } = keys;
  const sorts = sk === undefined || name === undefined ? [{}] : valuesOf(sk).map((value) => ({ [name]: value }));
  const sources = valuesOf(pk).flatMap((value) => sorts.map((sort) => toDynamoDbJson({ [keys.pk]: value, ...sort })));
  return { sources: sk === undefined ? [...sources, pk] : sources };
}

/** What a word of a key may be: text, a number, or binary as it is shown, in base64. */
function valuesOf(word: string): AttributeValue[] {
  const bytes = Buffer.from(word, "base64");
  return [{ S: word }, { N: word }, ...(bytes.toString("base64") === word ? [{ B: new Uint8Array(bytes) }] : [])];
}
