/** The worker in one piece, which `rollup.config.mjs` has made before. */
declare module "slnet-notebook-worker" {
  export const workerSource: string;
}
