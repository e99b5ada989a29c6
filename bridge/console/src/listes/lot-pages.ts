// The lots, page by page, the newest first.

import { call } from "../session";

const page = 200; // the most that the daemon gives

export async function readLots(after: string | undefined) {
  const { lots, next } = await call("lots.list", { limit: page, ...(after !== undefined && { after }) });
  return { items: lots, next };
}
