/**
 * A DynamoDB item as this project holds it: the wire's own types, numbers still as text, binary as bytes. Sources
 * turn what they read into this shape and nothing else looks at a wire format.
 */
import { own } from "../../mapping/own.ts";
import type { DynamoDbValue } from "../../mapping/value.ts";

/** One attribute value. */
export type AttributeValue = DynamoDbValue;

/** One item: attribute name to value. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The DynamoDB name of a value's type. */
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "L" | "M" | "SS" | "NS" | "BS";

/** Tells the type of a value; the first known member decides. */
export function attributeType(value: AttributeValue): AttributeType {
  if ("S" in value) return "S";
  if ("N" in value) return "N";
  if ("BOOL" in value) return "BOOL";
  if ("M" in value) return "M";
  if ("L" in value) return "L";
  if ("NULL" in value) return "NULL";
  if ("B" in value) return "B";
  if ("SS" in value) return "SS";
  if ("NS" in value) return "NS";
  return "BS";
}

/** Names, the first that of an attribute and each other one of a member → what looks up what stands at their end. */
export function lookup([first = "", ...members]: readonly string[]): (item: Item) => AttributeValue | undefined {
  if (members.length === 0) return (item) => own(item, first);
  return (item) => {
    let value = own(item, first);
    for (const name of members) {
      if (value === undefined || !("M" in value)) return undefined;
      value = own<AttributeValue>(value.M, name);
    }
    return value;
  };
}
