/**
 * What the service answers, as it wrote it. Names of attributes are data: made into objects by the SDK, one called `__proto__` is
 * lost, V8 takes some names for others (domain/decode/json-names.ts), and it takes twice the time. So the answer is read here, and
 * the SDK, which signs, retries and tells errors, is left with an empty one.
 */
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { parseJson } from "../../domain/decode/json-names.ts";
import { must } from "../../domain/must.ts";

/** An answer, and its text, for what parsing does not tell. */
export interface Answer<T> {
  readonly json: T;
  readonly text: string;
}

/** Bytes that are no answer, as a proxy or a bad line make them. `$retryable` is the SDK's word: it asks again. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
  readonly $retryable = {};
}

/** An answer that came whole and is none of DynamoDB's: it would be the same again. */
export class ForeignAnswer extends Error {
  override readonly name = "ForeignAnswer";
}

type Handler<A, R> = (args: A) => Promise<R>;

/** Where the SDK lets an answer be looked at before it reads it itself: within its retries, so one that is broken is asked for again. */
const BEFORE_READING = { step: "deserialize", priority: "low" } as const;

interface Commanded {
  readonly middlewareStack: {
    add(
      middleware: <A, R extends { readonly response: unknown }>(next: Handler<A, R>) => Handler<A, R>,
      options: typeof BEFORE_READING,
    ): void;
  };
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: unknown;
}

const isResponse = (response: unknown): response is Response =>
  typeof response === "object" &&
  response !== null &&
  "statusCode" in response &&
  "headers" in response &&
  "body" in response;

/** The SDK takes any other status for an error, and reads it. */
const FIRST_OTHER_STATUS = 300;

/**
 * To be called before a command is sent; what it returns gives the answer once it has been. An answer that is not of the kind
 * asked for is no answer, whatever its status: taken for an empty one it would be the end of a table.
 */
export function answerAsWritten<T>(
  { middlewareStack }: Commanded,
  isAnswer: (json: unknown) => json is T,
): () => Answer<T> {
  let answer: Answer<T> | undefined;
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (isResponse(response) && response.statusCode < FIRST_OTHER_STATUS && response.body instanceof Readable) {
        const text = textOf(await bytesOf(response.body), response.headers["x-amz-crc32"]);
        const json = parsed(text);
        if (!isAnswer(json)) throw new BrokenAnswer("an answer to something else");
        answer = { json, text };
        response.body = Buffer.from("{}");
      }
      return result;
    },
    BEFORE_READING,
  );
  return () => must(answer, "an answer without an error has been read here");
}

async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The service gives a checksum of every answer; not everything that speaks its language does. */
function textOf(bytes: Buffer, checksum: string | undefined): string {
  if (checksum !== undefined && checksum !== String(crc32(bytes))) {
    throw new BrokenAnswer("an answer that does not have its checksum");
  }
  try {
    return strict.decode(bytes);
  } catch {
    throw new BrokenAnswer("an answer that is not UTF-8");
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // The parser's own message quotes the text (I10).
    throw new BrokenAnswer("an answer that is not JSON, or was cut short");
  }
}
