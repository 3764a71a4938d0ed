import type { Unsubscribe } from "./host/contract.js";
import type { SlnetSession } from "./session.js";

/** Whether the browser can show notifications to this page at all. */
export function canNotify(): boolean {
  return typeof Notification !== "undefined";
}

/** Asks whether notifications may be shown. To be called in a click: nobody wants to be asked by a page on its own. */
export async function askToNotify(): Promise<boolean> {
  if (!canNotify()) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Shows how each run ended, without a sound, while the page is hidden and the person has allowed it. */
export function notifyOfRuns(session: SlnetSession): Unsubscribe {
  return session.onRunEnded(({ ending, after }) => {
    if (ending === "cancelled" || !document.hidden || !canNotify() || Notification.permission !== "granted") return;
    const body = ending === "failed" ? (after.error?.message ?? "") : (after.outcome ?? "");
    try {
      const notification = new Notification(after.stack?.name ?? "SLNet", { body, silent: true, tag: "slnet-run" });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
    } catch {
      // Some phones show them only by way of a service worker.
    }
  });
}
