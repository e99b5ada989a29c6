// Boot: preferences, the route, the keys, the connection, the page.

import { render } from "preact";
import { App } from "./app";
import { applyPreferences } from "./preferences";
import { followAddress } from "./route";
import { isOpen, session, start } from "./session";
import { listenToKeys } from "./shortcuts";
import { watchPresses } from "./ui/press";
import "./styles/index.css";

/** takeLaunch takes the token out of the address, "#lancement=TOKEN/papiers", before anything can keep it; the rest is the page. */
function takeLaunch(): string | undefined {
  const [, token, rest = "/"] = /^#lancement=([\w-]+)(\/.*)?$/.exec(location.hash) ?? [];
  if (token !== undefined) history.replaceState(null, "", `${location.pathname}#${rest}`);
  return token;
}

/** relaunched takes the token that comes to a page that is open already. */
function relaunched(): void {
  const token = takeLaunch();
  if (token !== undefined && !isOpen(session.get())) void start(token);
}

const launch = takeLaunch();
applyPreferences();
addEventListener("hashchange", relaunched); // before the route, which the rest of the address is
followAddress();
listenToKeys();
watchPresses(window);
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
void start(launch);
