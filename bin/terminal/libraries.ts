/** What libraries have to say of themselves: it is about the program, and not about what was asked of it. */

/** To be called before any of them is used. Modes that will mean something else one day, credentials that were there twice: nothing an answer hangs on. */
export function quietLibraries(): void {
  process.removeAllListeners("warning");
  console.warn = () => undefined;
}
