/** What the browser's tab is called. */

import { signal } from "@preact/signals";

/** The name of the page that is shown. */
export const pageTitle = signal("");
