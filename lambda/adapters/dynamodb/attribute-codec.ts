/** Values as DynamoDB writes them ⇄ this project's. Both keep numbers as text; what differs is who may add a type. */
import type { AttributeValue as SdkValue } from "@aws-sdk/client-dynamodb";
import type { AttributeValue, Item } from "../../domain/decode/attribute.ts";
import { parseItem, toDynamoDbJson } from "../../domain/decode/dynamodb-json.ts";
import { parseJson } from "../../domain/decode/json-names.ts";
import { must } from "../../domain/must.ts";
import { ForeignAnswer } from "./answer.ts";

function toSdk(value: AttributeValue): SdkValue {
  if ("S" in value) return { S: value.S };
  if ("N" in value) return { N: value.N };
  return { B: must("B" in value ? value.B : undefined, "a key is text, a number or binary") };
}

/** Where a Scan goes on, as text: a key in DynamoDB-JSON. */
export function writeCursor(key: unknown): string {
  return toDynamoDbJson(keyFrom(key));
}

/** A key of an answer. */
export function keyFrom(written: unknown): Item {
  const parsed = parseItem(written);
  if ("item" in parsed) return parsed.item;
  throw new ForeignAnswer(`a key that DynamoDB does not have: ${parsed.problem}`);
}

export function readCursor(text: string): Record<string, SdkValue> {
  const parsed = parseItem(parseJson(text));
  if (!("item" in parsed)) throw new Error(`a cursor in the ledger cannot be read: ${parsed.problem}`);
  return keyToSdk(parsed.item);
}

/** Key attributes as the SDK takes them. */
export function keyToSdk(key: Item): Record<string, SdkValue> {
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, toSdk(value)]));
}

/** Read capacity units of an answer: of one table, or of several. */
export function unitsIn(consumed: unknown): number {
  if (Array.isArray(consumed)) return consumed.reduce<number>((sum, each) => sum + unitsIn(each), 0);
  if (typeof consumed !== "object" || consumed === null || !("CapacityUnits" in consumed)) return 0;
  return typeof consumed.CapacityUnits === "number" ? consumed.CapacityUnits : 0;
}
