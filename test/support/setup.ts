/** Property tests draw the same values in every run, so that a red run can be looked into; TEST_SEED draws others. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.TEST_SEED ?? 20_260_101) });
