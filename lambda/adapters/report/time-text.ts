/** Moments and durations → as a person reads them at a terminal. */

/** `2026-11-22 02:17:49`, in UTC. */
export const momentText = (rfc3339: string): string => rfc3339.slice(0, 19).replace("T", " ");

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const between = (startedAt: string, finishedAt: string): number =>
  Date.parse(finishedAt) - Date.parse(startedAt);

/** `2026-11-22 02:17:49 UTC, 3 min 20 s ago`. */
export const agoText = (rfc3339: string, now = new Date()): string =>
  `${momentText(rfc3339)} UTC, ${durationText(Math.max(0, now.getTime() - Date.parse(rfc3339)))} ago`;
