// The lists of returns and of the files that they came in, page by page.

import { call, type Params } from "../session";

export type Wanted = Pick<Params<"returns.list">, "etat" | "lot" | "fse">;

export async function returnsPage(wanted: Wanted, after: string | undefined) {
  const page = await call("returns.list", { ...wanted, ...(after !== undefined && { after }) });
  return { items: page.retours, next: page.next };
}

export async function deliveriesPage(after: string | undefined) {
  const page = await call("returns.deliveries", after === undefined ? {} : { after });
  return { items: page.fichiers, next: page.next };
}
