/** What all readers of a source may consume together, in whichever processes they are. */

export interface Allowance {
  /**
   * Takes units of so many a second, and tells in how many milliseconds they may be consumed: whoever takes next has a later
   * turn. A negative number gives back what was taken and not consumed. On return it counts for every other reader.
   */
  take(units: number, perSecond: number): Promise<number>;
  /** The source has refused a reader: all of them have half as much from now on, which comes back little by little. */
  giveWay(): Promise<void>;
}

/** The allowance of the source of that name. */
export type Allowances = (source: string) => Allowance;
