/** What is drawn, or done again and again, is done in part in every run, and all of it where `TEST_CRASH_ROUNDS` says that there is time. */
export const IS_THOROUGH = process.env.TEST_CRASH_ROUNDS !== undefined;

/** What is drawn is the same in every run, so that a red one can be looked into; `TEST_SEED` draws something else. */
export const SEED = Number(process.env.TEST_SEED ?? 20_261_121);
