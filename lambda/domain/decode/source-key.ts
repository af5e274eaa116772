/** The key attributes of an item → what names the item: however a number is spelled, and whatever else the item holds. */
import { own } from "../../mapping/own.ts";
import type { AttributeValue, Item } from "./attribute.ts";
import { valueJson } from "./dynamodb-json.ts";
import { canonicalNumber } from "./number.ts";

/** A key attribute in its one spelling; undefined for what is no key: no text, no number and no binary. */
export function keyValue(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined || "S" in value || "B" in value) return value;
  const number = "N" in value ? canonicalNumber(value.N) : undefined;
  return number === undefined ? undefined : { N: number };
}

/** The named attributes as DynamoDB-JSON, in that order; undefined where one of them is absent or no key. */
export function keySource(item: Item, names: readonly string[]): string | undefined {
  let text = "";
  for (const name of names) {
    const value = keyValue(own(item, name));
    if (value === undefined) return undefined;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${valueJson(value)}`;
  }
  return `{${text}}`;
}
