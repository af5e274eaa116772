/** How often and after what pauses a request is sent again. */
import { expect, it } from "vitest";
import { patientRetries } from "../../../lambda/adapters/dynamodb/retries.ts";
import { ATTEMPTS } from "../../../lambda/domain/patience.ts";

type Token = Awaited<ReturnType<ReturnType<typeof patientRetries>["acquireInitialRetryToken"]>>;
type Kind = "THROTTLING" | "TRANSIENT" | "CLIENT_ERROR" | "SERVER_ERROR";

const throttled = async (retries: ReturnType<typeof patientRetries>, times: number): Promise<Token[]> => {
  const tokens: Token[] = [await retries.acquireInitialRetryToken("")];
  for (let at = 0; at < times; at += 1) {
    const last = tokens.at(-1);
    if (last !== undefined) tokens.push(await retries.refreshRetryTokenForRetry(last, { errorType: "THROTTLING" }));
  }
  return tokens;
};

it("ten attempts are made, with pauses of at most 20 s, and the eleventh is refused", async () => {
  const retries = patientRetries();
  const tokens = await throttled(retries, ATTEMPTS - 1);
  for (const [at, token] of tokens.slice(1).entries()) {
    expect(token.getRetryDelay()).toBeLessThanOrEqual(Math.min(500 * 2 ** at, 20_000));
  }
  await expect(throttled(retries, ATTEMPTS)).rejects.toThrow();
});

it("pages that each take four attempts never use anything up, however many there are", async () => {
  const retries = patientRetries();
  for (let page = 0; page < 1_000; page += 1) {
    const tokens = await throttled(retries, 3);
    retries.recordSuccess(tokens[3] ?? expect.unreachable());
  }
});

it.each<[Kind]>([["CLIENT_ERROR"], ["SERVER_ERROR"]])(
  "a request that is wrong (%s) is not sent again",
  async (kind) => {
    const retries = patientRetries();
    const first = await retries.acquireInitialRetryToken("");
    await expect(retries.refreshRetryTokenForRetry(first, { errorType: kind })).rejects.toThrow();
  },
);
