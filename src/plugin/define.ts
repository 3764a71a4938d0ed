/**
 * Defines the elements on being imported: `import "slnet-web/define"`. The same as {@link defineElements} of `slnet-web`.
 *
 * @module slnet-web/define
 */
import { defineElements } from "./define-elements.js";

// The one module of the plugin that does something on being imported.
defineElements();
