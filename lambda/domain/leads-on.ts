/** A run that has not ended → what ends it. */

/** `rollback` alone leads on from a rollback: migrate would only send back to it. */
export const untilItEnds = ({ phase, id }: { readonly phase: string; readonly id: number }): string =>
  phase === "rollback"
    ? `run rollback --run ${id} until it ends; it can be migrated anew then`
    : "run migrate until it ends";
