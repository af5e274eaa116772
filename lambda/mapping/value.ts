/** A DynamoDB value as mappings and the runner hold it: the wire's own types, numbers still as text, binary as bytes. */

/** Numbers stay decimal text: a DynamoDB number never becomes a JavaScript number. */
export type DynamoDbValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly DynamoDbValue[] }
  | { readonly M: Readonly<Record<string, DynamoDbValue>> }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly Uint8Array[] };
