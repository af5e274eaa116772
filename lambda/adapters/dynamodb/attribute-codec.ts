/** The SDK's attribute values ⇄ this project's. Both keep numbers as text; what differs is who may add a type. */
import type { AttributeValue as SdkValue } from "@aws-sdk/client-dynamodb";
import type { AttributeValue, Item } from "../../domain/attribute.ts";
import { parseItem, toDynamoDbJson } from "../../domain/dynamodb-json.ts";
import { parseJson } from "../../domain/json-names.ts";
import { must } from "../../domain/must.ts";

/**
 * One item as the SDK gives it. A type this project does not know is a bug to be told, never a value to be dropped; so
 * is a value the SDK has lost, as it does with that of an attribute named `__proto__`.
 */
export function fromSdk(item: Readonly<Record<string, SdkValue>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueFromSdk(value, name)]));
}

function valueFromSdk(value: SdkValue | undefined, path: string): AttributeValue {
  if (value === undefined) throw new Error(`the SDK lost the value of attribute ${path}`);
  if (Object.keys(value).length !== 1) throw new Error(`DynamoDB gave attribute ${path} more than one type`);
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.M !== undefined) {
    return {
      M: Object.fromEntries(
        Object.entries(value.M).map(([name, member]) => [name, valueFromSdk(member, `${path}.${name}`)]),
      ),
    };
  }
  if (value.L !== undefined) return { L: value.L.map((element, at) => valueFromSdk(element, `${path}[${at}]`)) };
  if (value.NULL !== undefined) return { NULL: true };
  if (value.B !== undefined) return { B: value.B };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BS !== undefined) return { BS: value.BS };
  throw new Error(`DynamoDB gave attribute ${path} a type that is not known here`);
}

function toSdk(value: AttributeValue): SdkValue {
  if ("S" in value) return { S: value.S };
  if ("N" in value) return { N: value.N };
  return { B: must("B" in value ? value.B : undefined, "a key is text, a number or binary") };
}

/** Where a Scan goes on, as text: a key in DynamoDB-JSON. */
export const writeCursor = (key: Readonly<Record<string, SdkValue>>): string => toDynamoDbJson(fromSdk(key));

export function readCursor(text: string): Record<string, SdkValue> {
  const parsed = parseItem(parseJson(text));
  if (!("item" in parsed)) throw new Error(`a cursor in the ledger cannot be read: ${parsed.problem}`);
  return keyToSdk(parsed.item);
}

/** Key attributes as the SDK takes them. */
export function keyToSdk(key: Item): Record<string, SdkValue> {
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, toSdk(value)]));
}
