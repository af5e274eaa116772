/** What is drawn, or done again and again, is done in part in every run, and all of it where `TEST_CRASH_ROUNDS` says that there is time. */
export const IS_THOROUGH = process.env.TEST_CRASH_ROUNDS !== undefined;
