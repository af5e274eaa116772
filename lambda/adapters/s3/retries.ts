/**
 * A request, or the rest of an object → it is asked for again while that may help: so often since something came last, however
 * much of the object there is. The SDK's own attempts end where an object begins.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isAnswer } from "../../domain/network.ts";
import { ATTEMPT_SECONDS, ATTEMPTS, FIRST_ATTEMPTS, PAUSES, REACH_SECONDS, SLOW_MS } from "../../domain/patience.ts";
import { pauseMs } from "../../domain/pause.ts";
import { isThrottled, mayPass, type Place, Silent, toMigrationError } from "./errors.ts";

/** How long an answer, and each piece of one, is waited for; and by how much all pauses are shorter, for tests that have no minute. */
export interface Haste {
  readonly silentMs: number;
  readonly shorten: number;
}
export const NO_HASTE: Haste = { silentMs: ATTEMPT_SECONDS * 1_000, shorten: 1 };

/** What all requests of one client share. */
export interface Client {
  /** Whether anything has ever answered. */
  wasThere: boolean;
  /** Finds out whose rights these are, once. It may take as long as a person takes to sign in, and is no silence of the server. */
  readonly signIn: () => Promise<unknown>;
  /** Is told where a first request is going that takes long, and for how many seconds it may. */
  readonly connecting?: ((to: string, seconds: number) => void) | undefined;
}

/** Attempts at one thing. */
export class Attempts {
  readonly #at: Place;
  readonly #client: Client;
  readonly #haste: Haste;
  #failed = 0;

  constructor(at: Place, client: Client, haste: Haste) {
    this.#at = at;
    this.#client = client;
    this.#haste = haste;
  }

  /** Something has come: whatever fails now is the first to fail. */
  progress(): void {
    this.#failed = 0;
  }

  /** Waits until it may be tried again. Throws, as it is told to an operator, what another attempt does not mend. */
  async again(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof Error && isAnswer(error)) this.#client.wasThere = true;
    const most = this.#client.wasThere ? ATTEMPTS : FIRST_ATTEMPTS;
    this.#failed += 1;
    if (!(error instanceof Error) || !mayPass(error) || this.#failed >= most)
      throw toMigrationError(error, this.#at, this.#failed, this.#client.wasThere);
    const pauses = PAUSES[isThrottled(error) ? "THROTTLING" : "TRANSIENT"];
    await sleep(pauseMs(pauses, this.#failed - 1) / this.#haste.shorten, undefined, { signal });
  }

  /** Sends what `send` sends until it is answered, and says what gives up that answer: until then its signal holds a socket. */
  async answered<T>(
    send: (signal: AbortSignal) => Promise<T>,
    stop: AbortSignal,
  ): Promise<{ readonly answer: T; readonly line: Line }> {
    const { wasThere, connecting } = this.#client;
    const tell = () => wasThere || connecting?.(`the bucket ${this.#at.bucket}`, REACH_SECONDS);
    using _slow = setTimeout(tell, SLOW_MS);
    for (;;) {
      const line = new Line(this.#haste.silentMs, stop);
      try {
        await this.#client.signIn();
        const answer = await line.wait(send(line.signal));
        this.#client.wasThere = true;
        return { answer, line };
      } catch (error) {
        line.close();
        stop.throwIfAborted();
        await this.again(error, stop);
      }
    }
  }
}

/** One request and what comes of it: closing it frees its socket, whatever was under way. */
export class Line {
  readonly #own = new AbortController();
  readonly #silentMs: number;
  readonly signal: AbortSignal;

  constructor(silentMs: number, stop: AbortSignal) {
    this.#silentMs = silentMs;
    this.signal = AbortSignal.any([this.#own.signal, stop]);
  }

  /** Time runs while something is waited for, and not while nobody asks for more. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#own.abort(new Silent()), this.#silentMs);
    try {
      return await work;
    } catch (error) {
      // What aborting makes of a request has many names.
      throw this.#own.signal.reason instanceof Silent ? this.#own.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#own.abort();
  }
}
