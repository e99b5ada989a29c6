// Lots: the list, and Infos lot.

import { LotInfo } from "../listes/lot-info";
import { LotList } from "../listes/lot-list";
import type { PageProps } from "./index";

export const Lots = ({ id }: PageProps) => (id === "" ? <LotList /> : <LotInfo id={id} />);
