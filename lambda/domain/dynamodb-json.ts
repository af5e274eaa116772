import type { AttributeValue, Item } from "./attribute.ts";

function plain(v: AttributeValue): unknown {
  if ("B" in v) return { B: Buffer.from(v.B).toString("base64") };
  if ("BS" in v) return { BS: v.BS.map((b) => Buffer.from(b).toString("base64")) };
  if ("L" in v) return { L: v.L.map(plain) };
  if ("M" in v) return { M: Object.fromEntries(Object.entries(v.M).map(([k, x]) => [k, plain(x)])) };
  return v;
}
export function toDynamoDbJson(item: Item): string {
  return JSON.stringify(Object.fromEntries(Object.entries(item).map(([k, x]) => [k, plain(x)])));
}
