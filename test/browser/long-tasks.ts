/** Only Chromium tells of tasks of more than 50 ms. */
export const tellsLongTasks = PerformanceObserver.supportedEntryTypes.includes("longtask");

/** Milliseconds that each task took that held up the page for more than 50 ms. */
export async function longTasksOf(act: () => Promise<unknown>): Promise<readonly number[]> {
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  // The one under way made what is looked at.
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.observe({ type: "longtask" });
  await act();
  // They are told of a little later.
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return tasks;
}
