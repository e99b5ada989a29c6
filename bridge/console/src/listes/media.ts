// Whether the window is of a kind, for what a style sheet can't leave out.

import { useEffect, useState } from "preact/hooks";

/** useMedia follows a media query: useMedia("(max-width: 1180px)"). */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = (): void => setMatches(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
