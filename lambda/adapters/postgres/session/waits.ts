/** A statement that takes long → a word about the lock it waits for, and about who holds it. */
import type { Waiting } from "../../../ports/progress.ts";

/** Long enough that what is only busy says nothing, short enough that whoever looks at a screen has not gone yet. */
const LOOK_MS = 1_000;

/** Looks after the statement of a backend until it is let go of. */
export type LockWatch = (backend: number) => Disposable & {
  /** What it was last seen waiting for. */
  found(): string | undefined;
};

/** Names of things and of who holds them: the statements of others may hold values. */
const WAITS = `
  select case l.locktype
      when 'relation' then 'table ' || l.relation::regclass::text
      when 'advisory' then 'another process of this migration'
      when 'transactionid' then 'a row that another transaction has written'
      when 'tuple' then 'a row that another transaction has written'
      else 'a lock' end as what,
    array(select concat_ws(', ', 'pid ' || h.pid, nullif(a.application_name, ''), a.state)
      from unnest(pg_blocking_pids(l.pid)) h(pid) left join pg_stat_activity a on a.pid = h.pid order by h.pid) as holders
  from pg_locks l where l.pid = $1 and not l.granted limit 1`;

/**
 * Tells of waits: of several for the same thing and the same holders once, as long as any of them lasts. Looking never fails
 * what is looked at.
 */
export function lockWatch(
  ask: (sql: string, backend: number) => Promise<readonly Waiting[]>,
  tell: (waiting: Waiting) => void,
): LockWatch {
  const told = new Map<object, string>();
  return (backend) => {
    const statement = {};
    let last: string | undefined;
    let [isLooking, isOver] = [false, false];
    const look = async (): Promise<void> => {
      const [waiting] = await ask(WAITS, backend);
      if (isOver || waiting === undefined || waiting.holders.length === 0) return;
      const { what, holders } = waiting;
      last = `${what}, held by ${holders.join(" and ")}`;
      // What a holder does in this moment changes all the time.
      const who = [what, ...holders.map((holder) => holder.split(",", 1)[0])].join();
      if (![...told.values()].includes(who)) tell(waiting);
      told.set(statement, who);
    };
    const timer = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      look()
        .catch(() => undefined)
        .finally(() => {
          isLooking = false;
        });
    }, LOOK_MS);
    timer.unref();
    return {
      found: () => last,
      [Symbol.dispose]: () => {
        isOver = true;
        told.delete(statement);
        clearInterval(timer);
      },
    };
  };
}
