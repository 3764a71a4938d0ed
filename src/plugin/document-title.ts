import type { Unsubscribe } from "./host/contract.js";
import type { SlnetSession } from "./session.js";

/**
 * Shows in the title of the page what the session does and how far it is: `training 40 % – slnet-web`. For pages that are
 * about the session; the title of others is theirs.
 *
 * @param idle - the title while nothing is under way
 * @returns stops that and takes the title back to `idle`
 */
export function followTitle(session: SlnetSession, idle = document.title): Unsubscribe {
  const off = session.subscribe(({ activity, progress, paused }) => {
    const share = progress && progress.total > 0 ? ` ${Math.floor((100 * progress.done) / progress.total)} %` : "";
    document.title = activity === "idle" ? idle : `${paused ? "paused " : ""}${activity}${share} – ${idle}`;
  });
  return () => {
    off();
    document.title = idle;
  };
}
