/** Where objects stand: a bucket of S3, or a folder that is a copy of one. Nothing is ever written there. */
export interface ObjectStore {
  /** Keys directly below a prefix that ends in a slash; those that have others below them end in a slash, too. */
  list(prefix: string): Promise<readonly string[]>;
  /**
   * The bytes of an object, in order; undefined where there is no such object. Transient faults are mended inside, also in the middle of an object;
   * what comes out is final. Throws MigrationError `source-unusable` where it may not be read, `source-changed` where
   * it became another one while it was read.
   */
  open(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}
