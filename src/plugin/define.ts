import { defineElements } from "./define-elements.js";

// The one module of the plugin that does something on being imported.
defineElements();
