import fc from "fast-check";
import { SEED } from "./thoroughness.ts";

fc.configureGlobal({ seed: SEED });
