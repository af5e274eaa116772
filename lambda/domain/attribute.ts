/**
 * A DynamoDB item as this project holds it: the wire's own types, numbers still as text, binary as bytes. Sources
 * turn what they read into this shape and nothing else looks at a wire format.
 */

/** One attribute value. Numbers stay decimal text: a DynamoDB number never becomes a JavaScript number. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly Uint8Array[] };

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
