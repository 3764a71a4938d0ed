/**
 * Checks of a {@link ViewerHost}, without a test framework: run each of {@link conformanceChecks} on a host of yours.
 *
 * @module slnet-web/host/conformance
 */
export { conformanceChecks, type ConformanceCheck, type ConformanceSubject, type MakeHost } from "./checks.js";
export { ConformanceError } from "./expect.js";
export { ProbeSource, type ProbeOptions } from "./probe-source.js";
