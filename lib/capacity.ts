/** How many connections a cluster allows and a migration opens, as far as either is known before it is made. */

/**
 * By the ceiling in Aurora capacity units; RDS derives it from the memory, and the table in its documentation has a little
 * less than 210 a unit (1: 189, 4: 823, 8: 1,669, 16: 3,360). A cluster that may shrink to half a unit gets 2,000 at most.
 */
export const connectionsOf = (floor: number, ceiling: number): number =>
  Math.min(189 * ceiling, floor <= 0.5 ? 2_000 : 5_000);

/** Four transactions at a time, the run's own session, and one that looks who holds a lock. */
const OF_A_WORKER = 6;
/** An application's, an operator's and RDS' own. */
const OF_OTHERS = 40;

export const connectionsFor = (workers: number): number => workers * OF_A_WORKER + OF_OTHERS;
