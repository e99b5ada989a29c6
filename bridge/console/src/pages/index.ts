// Which component shows which page. A page is a component with the id of its route.

import type { ComponentType } from "preact";
import type { PageName } from "../route";
import { Aide } from "./aide";
import { Facturer } from "./facturer";
import { FSE } from "./fse";
import { Jour } from "./jour";
import { Lots } from "./lots";
import { Papiers } from "./papiers";
import { PremiereFois } from "./premiere-fois";
import { Recettes } from "./recettes";
import { Reglages } from "./reglages";
import { Rejets } from "./rejets";
import { Retours } from "./retours";

export interface PageProps {
  readonly id: string;
}

export const pages: Readonly<Record<PageName, ComponentType<PageProps>>> = {
  jour: Jour,
  facturer: Facturer,
  fse: FSE,
  lots: Lots,
  papiers: Papiers,
  retours: Retours,
  rejets: Rejets,
  recettes: Recettes,
  reglages: Reglages,
  aide: Aide,
  "premiere-fois": PremiereFois,
};
