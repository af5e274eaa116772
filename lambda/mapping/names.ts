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

/** What Postgres must call something: its table, its columns, its kind, and everything else that tells it from its like. */
export interface Naming {
  readonly table: string;
  readonly columns: readonly string[];
  readonly suffix: "fkey" | "key" | "idx";
  /** The table a foreign key points to, the condition of an index. */
  readonly more?: string;
}

/**
 * Names that are given out, each once. Tables and indexes share one room for a schema, constraints one for a table: two that
 * stand in one room never have one name.
 */
export class Names {
  readonly #taken = new Set<string>();

  /** Takes a name as it is; false where it is given out already. */
  take(rooms: readonly string[], name: string): boolean {
    if (rooms.some((room) => this.#taken.has(placeOf(room, name)))) return false;
    for (const room of rooms) this.#taken.add(placeOf(room, name));
    return true;
  }

  /** `table_a_b_fkey`; told apart by a hash where that is taken, or where Postgres would cut it in silence. Undefined where that is taken, too. */
  give(rooms: readonly string[], naming: Naming): string | undefined {
    const { table, columns, suffix } = naming;
    const plain = [table, ...columns, suffix].join("_");
    const hash = fnv1a(JSON.stringify([table, columns, suffix, naming.more ?? null]));
    const told = `${cut([table, ...columns].join("_"), LONGEST - hash.length - suffix.length - 2)}_${hash}_${suffix}`;
    return [plain, told].find((name) => isIdentifier(name) && this.take(rooms, name));
  }
}

const placeOf = (room: string, name: string): string => JSON.stringify([room, name]);

function cut(text: string, bytes: number): string {
  let head = text;
  while (byteLength(head) > bytes) head = head.slice(0, -1);
  return head;
}
