/** An item → the texts of its key, as templates see them; undefined where one of them is no key. */
import { own } from "../../../mapping/own.ts";
import type { Item } from "../../decode/attribute.ts";
import { keyText } from "../../decode/dispatch.ts";

export function keyTexts(
  item: Item,
  keys: { readonly pk: string; readonly sk?: string },
): { readonly pk: string; readonly sk?: string } | undefined {
  const pk = keyText(own(item, keys.pk));
  if (pk === undefined || keys.sk === undefined) return pk === undefined ? undefined : { pk };
  const sk = keyText(own(item, keys.sk));
  return sk === undefined ? undefined : { pk, sk };
}
