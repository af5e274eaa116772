#!/usr/bin/env node
/** The operator's command line: words → a command → an exit status. What there is to say stands in the table of verbs. */
import { CommanderError } from "commander";
import { program } from "./commands/program.ts";
import { EXIT, exitOf } from "./terminal/exit.ts";
import { quietLibraries } from "./terminal/libraries.ts";
import { outliveReaders } from "./terminal/pipes.ts";
import { printFailure } from "./terminal/print.ts";
import { endOnSignals, tellStopped, wasStopped } from "./terminal/stop.ts";

quietLibraries();
outliveReaders();
endOnSignals();
try {
  await program().parseAsync();
} catch (error) {
  if (await wasStopped()) tellStopped("stopped");
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.refused;
  else {
    printFailure(error);
    process.exitCode = exitOf(error);
  }
}
