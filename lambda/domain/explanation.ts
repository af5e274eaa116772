/** Why something could not be reached or read, in a sentence, and what to type; `At` is where it was looked for. */
export interface Explanation<At> {
  readonly problem: (at: At) => string;
  readonly remedy: (at: At) => string;
  /** It may be over in a moment: worth another try, and nothing is lost by waiting. */
  readonly passes?: true;
}
