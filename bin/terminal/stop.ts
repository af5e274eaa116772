/** Ctrl-C and SIGTERM → an AbortSignal: the work in flight ends at its next page, and everything that was started is stopped. */

/** Aborts on the first signal; a second one ends the process at once, because somebody is in a hurry. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
