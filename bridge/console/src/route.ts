// Routes live in the hash, so that back, reload and a bookmark work with one page.

import { Store, useStore } from "./store";

/** Pages by the word in the address; the first is where "#/" leads. */
export const pageNames = ["jour", "facturer", "fse", "lots", "papiers", "retours", "rejets", "recettes", "reglages", "aide", "premiere-fois"] as const;

export type PageName = (typeof pageNames)[number];

export interface Route {
  readonly page: PageName;
  /** What the page is about: an FSE, a lot, a chapter; "" for none. */
  readonly id: string;
}

/** parse is the route of a hash; what leads nowhere leads to the first page. */
export function parse(hash: string): Route {
  const [, word = "", id = ""] = hash.split("/");
  const page = pageNames.find((p) => p === word);
  if (page === undefined) return { page: "jour", id: "" };
  try {
    return { page, id: decodeURIComponent(id) };
  } catch {
    return { page, id: "" };
  }
}

/** href is the address of a page, for a link. */
export const href = (page: PageName, id = ""): string => (id === "" ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`);

/** Visit is a route with the number of the visit to its page: another visit is another page, drawn anew. */
export interface Visit extends Route {
  readonly visit: number;
}

export const route = new Store<Visit>({ page: "jour", id: "", visit: 0 });

/**
 * go shows another page. With replace it corrects the address: the page before is not kept for
 * the back button, and a page that stays the same is not drawn anew.
 */
export function go(page: PageName, id = "", { replace = false } = {}): void {
  if (!replace) {
    location.hash = href(page, id);
    return;
  }
  history.replaceState(null, "", href(page, id));
  const { page: before, visit } = route.get();
  route.set({ page, id, visit: before === page ? visit : visit + 1 });
}

function follow(): void {
  const next = parse(location.hash);
  const { page, id, visit } = route.get();
  if (next.page !== page || next.id !== id) route.set({ ...next, visit: visit + 1 });
}

/** followAddress keeps route in step with the address. */
export function followAddress(): void {
  follow();
  addEventListener("hashchange", follow);
}

export const useRoute = (): Visit => useStore(route);
