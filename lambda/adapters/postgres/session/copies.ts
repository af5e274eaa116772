/** Several COPYs as one message: Postgres asks for the lines of one after the other, and is answered each time at once. */
import type { Connection, Submittable } from "pg";
import { must } from "../../../domain/must.ts";
import type { CopyLines } from "./copy-text.ts";

/** Lines for some columns of a table; both are SQL. */
export interface Copying {
  readonly table: string;
  readonly columns: string;
  readonly lines: CopyLines;
}

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
/** A message's kind, and its length, in which the kind does not count. */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;

/** To be handed to the driver, which calls it back with what Postgres says (pg 8, `lib/client.js`). */
export class Copies implements Submittable {
  readonly #copies: readonly Copying[];
  readonly #came: (rows: number) => void;
  readonly #ended = Promise.withResolvers<void>();
  #asked = 0;

  /** `came` is told how many rows each became, as soon as it is over. */
  constructor(copies: readonly Copying[], came: (rows: number) => void) {
    this.#copies = copies;
    this.#came = came;
  }

  /** Fails with what Postgres has against one of them: those before it are over by then, and stand where the transaction does. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.#copies.map(({ table, columns }) => `copy ${table} (${columns}) from stdin`).join("; "));
  }

  handleCopyInResponse({ stream }: Connection): void {
    try {
      this.#send(must(this.#copies[this.#asked], "no more are asked for than were sent").lines.inOrder(), stream);
      this.#asked += 1;
    } catch (error) {
      // Nobody is above this: Postgres would wait for the lines, and whoever sends them for Postgres.
      this.#ended.reject(error);
      stream.destroy();
    }
  }

  #send(lines: Uint8Array, stream: Connection["stream"]): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(COPY_DATA);
    header.writeUInt32BE(LENGTH_BYTES + lines.length, 1);
    stream.cork();
    for (const part of [header, lines, COPY_DONE]) stream.write(part);
    stream.uncork();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#came(Number(text.slice("COPY ".length)));
  }

  handleError(error: Error): void {
    this.#ended.reject(error);
  }

  handleReadyForQuery(): void {
    this.#ended.resolve();
  }
}
