/** Names for what Postgres must call something and the user did not: constraints and indexes, unique within 63 bytes. */

const LONGEST = 63;

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** Whether Postgres can take this as an identifier without cutting it. */
export function isIdentifier(name: string): boolean {
  return name.length > 0 && byteLength(name) <= LONGEST && !name.includes("\0");
}

/** `table_a_b_fkey`; cut and told apart by a hash where Postgres would cut it in silence. */
export function constraintName(table: string, columns: readonly string[], suffix: string): string {
  const full = [table, ...columns, suffix].join("_");
  if (byteLength(full) <= LONGEST) return full;
  let head = full;
  while (byteLength(head) > LONGEST - 9 - suffix.length - 1) head = head.slice(0, -1);
  return `${head}_${fnv1a(full)}_${suffix}`;
}
