/**
 * An object of a bucket → its bytes, in order. Where they end too early, the rest is asked for from the byte that was reached, on
 * condition that the object is still the one that began.
 */
import { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { must } from "../../domain/must.ts";
import { Foreign } from "../../domain/network.ts";
import { Changed, isNoObject, isOther, Short } from "./errors.ts";
import type { Attempts, Line } from "./retries.ts";

/** Where asking begins that is not for the whole, and which object it is of. */
interface Rest {
  readonly at: number;
  readonly etag: string;
}

/** Some of an object, from where it was asked for. */
interface Part {
  readonly pieces: AsyncIterator<Uint8Array>;
  readonly line: Line;
}

/**
 * Undefined where there is no such object. It is asked for at once, and what of it is under way holds a socket until all is read,
 * nothing more is wanted, or everything is closed.
 */
export async function objectBytes(
  client: S3Client,
  named: { readonly Bucket: string; readonly Key: string },
  attempts: Attempts,
  closed: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const unwanted = new AbortController();
  const stop = AbortSignal.any([unwanted.signal, closed]);
  const get = (rest?: Rest) => {
    const part = rest && { Range: `bytes=${rest.at}-`, IfMatch: rest.etag };
    return attempts.answered(async (abortSignal) => {
      const command = new GetObjectCommand({ ...named, ...part });
      const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
        if (rest === undefined && isNoObject(error)) return undefined;
        throw rest !== undefined && isOther(error) ? new Changed("it is another one", { cause: error }) : error;
      });
      return answer && { size: answer.ContentLength, ...checked(answer, rest) };
    }, stop);
  };
  const { answer: whole, line } = await get();
  if (whole === undefined) return undefined;
  const { etag, size, pieces } = whole;
  const restFrom = async (at: number): Promise<Part> => {
    const more = await get({ at, etag });
    return { pieces: must(more.answer, "what is not there any more is another one").pieces, line: more.line };
  };
  return stoppable(bytesOf({ pieces, line }, size, restFrom, attempts, stop), unwanted);
}

/** A server that is none of S3's answers something else; taken for the object, or for its rest, it would be damage. */
function checked({ ETag: etag, ContentRange: range, Body: body }: GetObjectCommandOutput, rest: Rest | undefined) {
  if (etag === undefined || !(body instanceof Readable)) throw new Foreign("no object of a bucket");
  if (rest !== undefined && etag !== rest.etag) throw new Changed("it has another ETag");
  if (rest !== undefined && range?.startsWith(`bytes ${rest.at}-`) !== true) throw new Foreign("not the part of it");
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return { etag, pieces };
}

async function* bytesOf(
  first: Part,
  size: number | undefined,
  restFrom: (at: number) => Promise<Part>,
  attempts: Attempts,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let { pieces, line } = first;
  let at = 0;
  try {
    for (;;) {
      const piece = await line.wait(pieces.next()).catch((error: unknown) => ({ error }));
      stop.throwIfAborted();
      if (!("error" in piece) && piece.done !== true) {
        at += piece.value.length;
        attempts.progress();
        yield piece.value;
      } else if (at === size || (size === undefined && !("error" in piece))) {
        // What goes wrong behind the last byte is nobody's business.
        return;
      } else {
        line.close();
        await attempts.again("error" in piece ? piece.error : new Short("it ended early"), stop);
        ({ pieces, line } = await restFrom(at));
      }
    }
  } finally {
    line.close();
  }
}

/** A generator can only be ended between two of its steps: this does so while it waits for the network, too. */
function stoppable(bytes: AsyncGenerator<Uint8Array>, unwanted: AbortController): AsyncIterableIterator<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      bytes.next().catch((error: unknown) => {
        if (unwanted.signal.aborted) return { done: true, value: undefined };
        throw error;
      }),
    return: () => {
      unwanted.abort();
      return bytes.return(undefined);
    },
  };
}
