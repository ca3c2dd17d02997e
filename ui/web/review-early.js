// What the page shows first, asked for while the rest of its code is still on the way.

import { ask, call } from "./connection.js";

export const sessionId = decodeURIComponent(location.pathname.match(/^\/sessions\/([^/]+)\/review$/)[1]);
export const path = `/api/sessions/${encodeURIComponent(sessionId)}`;
export const early = { table: call("/api/words"), snapshot: ask(`${path}/snapshot`) };

// Why one of them did not come is said by whoever waits for it.
for (const asked of Object.values(early)) asked.catch(() => {});
