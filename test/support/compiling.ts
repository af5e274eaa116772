/** Options of the compiler for files a test has written: it starts from nothing each time, and leaves nothing to the next. */
export const ALONE = { incremental: false, tsBuildInfoFile: null } as const;
