// A failure that the daemon keeps, with what to do about it.

import type { Error as Fault } from "../../../client/src/types";
import { adviceOn } from "../problem";

export const FaultText = ({ fault: { message, code, kind } }: { fault: Fault }) => {
  const advice = adviceOn(code, kind);
  return (
    <>
      <p lang="fr">{message}</p>
      {advice !== "" && <p>{advice}</p>}
    </>
  );
};
