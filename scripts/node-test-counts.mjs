/**
 * Reporter for `node --test`: one JSON object `{passed, failed, skipped}`, the last two with the names of the tests.
 * Suites are not counted, the tests in them are. A skipped test has not passed.
 */
export default async function* nodeTestCounts(events) {
  let passed = 0;
  const failed = [];
  const skipped = [];
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    // A suite fails with its tests; one that fails without them (in a hook) has to be seen.
    const isSuite = data.details?.type === "suite";
    if (isSuite && (type === "test:pass" || data.details.error?.failureType === "subtestsFailed")) continue;
    // A reason, or "" for a test that is skipped without one.
    const reason = data.skip ?? data.todo;
    if (reason !== undefined && reason !== false) {
      skipped.push(typeof reason === "string" && reason ? `${data.name} (${reason})` : data.name);
    } else if (type === "test:pass") passed++;
    else failed.push(data.name);
  }
  yield JSON.stringify({ passed, failed, skipped });
}
