export { conformanceChecks, type ConformanceCheck, type ConformanceSubject, type MakeHost } from "./checks.js";
export { ConformanceError } from "./expect.js";
export { ProbeSource, type ProbeOptions } from "./probe-source.js";
