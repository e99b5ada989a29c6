// The daemon, as the editor asks for it.

import { isOurs } from "../listes/full";
import { act, call } from "../session";
import type { Doors } from "./editor";

export const doors: Doors = {
  create: (facture) => act("fse.create", { facture }),
  update: (id, facture) => act("fse.update", { id, facture }),
  get: (id) => call("fse.get", { id }),
  check: (facture, signal) => call("fse.check", facture, { signal }),
  owns: isOurs,
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
