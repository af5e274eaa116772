/**
 * What the service answers, as it wrote it. Names of attributes are data: made into objects by the SDK, one called `__proto__` is
 * lost, and V8 takes some names for others (domain/decode/json-names.ts). So the answer is read here, and the SDK, which signs, retries
 * and tells errors, is left with an empty one.
 */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { parseJson } from "../../domain/decode/json-names.ts";

/** Members of answers that are asked for; what they hold is looked at by whoever reads them. */
export interface Answer {
  readonly Items?: readonly unknown[];
  readonly LastEvaluatedKey?: unknown;
  readonly ConsumedCapacity?: unknown;
  readonly Responses?: Readonly<Record<string, readonly unknown[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly unknown[] }>>;
}

type Handler<A, R> = (args: A) => Promise<R>;

/** Where the SDK lets an answer be looked at before it reads it itself: within its retries, so one that is cut off is asked for again. */
const BEFORE_READING = { step: "deserialize", priority: "low" } as const;

interface Commanded {
  readonly middlewareStack: {
    add(
      middleware: <A, R extends { readonly response: unknown }>(next: Handler<A, R>) => Handler<A, R>,
      options: typeof BEFORE_READING,
    ): void;
  };
}

const hasBody = (response: unknown): response is { readonly statusCode: number; body: unknown } =>
  typeof response === "object" && response !== null && "statusCode" in response && "body" in response;

/** To be called before a command is sent; what it returns gives the answer once it has been. */
export function answerAsWritten({ middlewareStack }: Commanded): () => Answer {
  let answer: Answer = {};
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (hasBody(response) && response.statusCode === 200 && response.body instanceof Readable) {
        answer = parseJson((await buffer(response.body)).toString("utf8")) as Answer;
        response.body = Buffer.from("{}");
      }
      return result;
    },
    BEFORE_READING,
  );
  return () => answer;
}
