/** A test that waits for a terminal is told when it waits for nothing. */
import { describe, expect, it } from "vitest";
import { HAS_TERMINALS, onTerminal } from "./support/terminal.ts";

describe.runIf(HAS_TERMINALS)("a command that has ended", () => {
  it("takes no key, and says so", async () => {
    await using terminal = onTerminal(["--version"]);
    expect(await terminal.ended()).toBe(0);
    expect(await terminal.interrupt()).toBe(false);
    expect(await terminal.type("y")).toBe(false);
  });

  it("is not waited for, and what it showed is told", async () => {
    await using terminal = onTerminal(["dance"]);
    await expect(terminal.shows("copying")).rejects.toThrow(/^it ended, and did not show copying: REFUSED/);
    expect(await terminal.ended()).toBe(3);
  });
});
