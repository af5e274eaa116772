/** An error → the same place in the code, under another message: what it says may quote what it met. */
export function retold(error: unknown, message: string): Error {
  const [said, stack = ""] = error instanceof Error ? [error.message, error.stack] : [""];
  const told = new Error(message);
  // A message may have several lines, and one of them may look like a frame.
  const frames = stack.replace(said, () => "").match(/^ +at .*$/gm) ?? [];
  told.stack = [`Error: ${message}`, ...frames].join("\n");
  return told;
}
