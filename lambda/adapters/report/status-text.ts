/** How far a run is → what a person reads, and a line of it for whoever watches. */
import type { Forecast } from "../../domain/forecast.ts";
import { agoText, durationText } from "./time-text.ts";

export interface Status {
  readonly is: {
    readonly run: number;
    readonly pass: number;
    readonly phase: string;
    readonly source: string;
    readonly units: number;
    readonly done: number;
    readonly pages: number;
    readonly read: number;
    readonly stopping: boolean;
    readonly expected?: number;
    readonly isExact?: boolean;
    readonly verdict?: string;
    readonly provenAt?: string;
    readonly sealedAt?: string;
  };
  readonly share: number;
  readonly left: Omit<Forecast, "share">;
}

const count = (value: number): string => value.toLocaleString("en-US");
const minutes = (value: number): string => durationText(Math.max(1, Math.ceil(value)) * 60_000);

export function statusText(status: Status, window: number | undefined): string {
  const { run, pass, phase, source, units, done, pages, read, stopping, verdict, provenAt, sealedAt } = status.is;
  const proof = provenAt === undefined ? "nothing was read" : `${verdict}, as of ${agoText(provenAt)}`;
  const ended = `ended: ${proof}${sealedAt === undefined ? "" : `; sealed ${agoText(sealedAt)}`}`;
  return [
    `run ${run}, pass ${pass}, ${source}`,
    phase === "ended" ? ended : `in phase ${phase}${stopping ? ", and asked to stop: migrate goes on" : ""}`,
    `${count(read)} items read in ${count(pages)} pages, ${done} of ${units} units done`,
    ...(phase === "ended" ? [] : [leftText(status, window)].filter((line) => line !== "")),
  ].join("\n");
}

/** All of it in a line. */
export function farText(status: Status, window: number | undefined): string {
  const { phase, read, units, done } = status.is;
  const left = leftText(status, window);
  return `${phase}: ${count(read)} items read, ${done} of ${units} units${left === "" ? "" : `, ${left}`}`;
}

function leftText({ is, share, left }: Status, window: number | undefined): string {
  const { minutesLeft, minutesToEnd, fits, unknown } = left;
  const about = is.isExact === true ? "" : "about ";
  const copied = is.phase === "copy" && share > 0 ? [`${about}${Math.floor(share * 100)} % copied`] : [];
  const copying = minutesLeft === undefined ? [] : [`about ${minutes(minutesLeft)} of copying left`];
  const whole = minutesToEnd === undefined ? [] : [`about ${minutes(minutesToEnd)} until it is built and proven`];
  const fitting =
    fits === undefined
      ? []
      : [fits ? `within the window of ${window} minutes` : `NOT within the window of ${window} minutes`];
  const why = unknown === undefined ? [] : [`whether it fits the window of ${window} minutes is not known: ${unknown}`];
  return [...copied, ...copying, ...whole, ...fitting, ...why].join(", ");
}
