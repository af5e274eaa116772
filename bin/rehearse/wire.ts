/**
 * The SDK's items ↔ this project's. Both describe the same values in the same shape; the SDK's types also allow members
 * that do not exist yet, and lists that may be changed. That is all the two casts say.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../lambda/domain/decode/attribute.ts";

export type SdkItem = Record<string, AttributeValue>;

export const fromSdk = (item: SdkItem): Item => item as Item;
export const toSdk = (item: Item): SdkItem => item as SdkItem;
