import { start } from "./start.js";

// The script of the worker. Nothing else is in it, so that no part of the worker imports it.
start();
