// The user guide in French: papers, lots, rejects, trouble, limits.

import { href } from "../route";
import { Note } from "../ui";
import type { Chapter } from "./chapters";
import { Contacts } from "./contacts";
import { Transmettre } from "./fr-transmettre";
import { KeyTable } from "./key-table";
import { Bundle, Life } from "./pictures";

const Papiers = () => (
  <>
    <p>Chaque FSE dégradée a une feuille, chaque lot dégradé un bordereau. Agrafe les suit : à imprimer, imprimé, signé, puis posté ou scanné. Aucun n’est oublié : ce qui attend est compté dans le menu.</p>
    <Bundle label="Le bordereau d’abord, les feuilles ensuite, dans une enveloppe qui porte la mention." bordereau="Bordereau" sheet="feuilles" envelope="caisse de|rattachement" mention="FSE DÉGRADÉ" />
    <ul>
      <li>« Imprimer » sur un lot donne le bordereau et les feuilles en une seule impression, dans l’ordre d’agrafage.</li>
      <li>La page d’enveloppe porte l’adresse de votre caisse de rattachement, prise dans <a href={href("reglages")}>Réglages</a>.</li>
      <li>Pas d’imprimante ? « À la main » dit ce qu’il faut écrire : numéro de lot, numéros des FSE, date de télétransmission.</li>
      <li>Une feuille abîmée se remet « à imprimer ».</li>
    </ul>
    <h2>La feuille de soins papier</h2>
    <p>Le dernier recours, quand rien d’électronique n’est possible. Elle reprend les cases de la feuille de soins du médecin, n’a pas de numéro de FSE et n’entre dans aucun lot, mais compte dans les recettes du jour.</p>
  </>
);

const Lots = () => (
  <>
    <p>Un lot rassemble les FSE d’un même organisme, d’un même professionnel et d’une même sorte : sécurisé (avec Vitale), sans Vitale, ou dégradé. Les FSE y entrent d’elles-mêmes à la signature.</p>
    <Life label="La vie d’une FSE" states={["Brouillon", "À signer", "En lot", "Transmise", "Acquittée", "Payée"]} aside="Rejetée → refaite" />
    <ul>
      <li>Un lot ouvert se clôt d’un clic, ou seul à l’heure de fermeture choisie dans <a href={href("reglages")}>Réglages</a>.</li>
      <li>Un lot clos peut être rouvert tant qu’il n’est pas transmis, et une FSE peut en être retirée.</li>
      <li>« Infos lot » montre les lignes, les totaux, le fichier B2 et les papiers du lot.</li>
      <li>Une FSE signée peut encore être annulée avant la transmission : son numéro n’est pas réutilisé.</li>
    </ul>
    <Note>Les échéances sont rappelées dans <a href={href("jour")}>Ma journée</a>, avec leur raison.</Note>
  </>
);

const Rejets = () => (
  <>
    <p>Un rejet arrive par un retour de la caisse, ou se lit ailleurs : Espace Pro, courrier. Dans ce cas, saisissez-le dans <a href={href("rejets")}>Rejets</a> : numéro de la FSE, date, libellé. La FSE d’un autre logiciel peut être saisie aussi.</p>
    <ol>
      <li>Lisez le motif, affiché tel que la caisse l’a donné, à côté de la facture d’origine.</li>
      <li>« Refaire avec la carte Vitale » si le patient est là ; sinon « Refaire en dégradé ».</li>
      <li>Corrigez, signez. La nouvelle FSE a un nouveau numéro et un lien vers l’ancienne, qui devient « Remplacée ».</li>
    </ol>
    <Note tone="warning">Agrafe ne renvoie jamais seul une FSE rejetée : des rejets à tort ont déjà causé des paiements en double. Une FSE payée ou en attente ne se refait pas.</Note>
  </>
);

const Pannes = () => (
  <>
    <h2>La carte n’est pas reconnue</h2>
    <ul>
      <li>« Carte muette » : retirez-la, essuyez la puce, remettez-la dans le bon sens, puce vers l’avant.</li>
      <li>« Aucun lecteur branché » : débranchez et rebranchez le lecteur. Il revient sans rien redémarrer.</li>
      <li>« Service des cartes arrêté » : c’est le service de l’ordinateur ; dans un terminal, <code>agrafe doctor</code> dit quoi faire.</li>
    </ul>
    <h2>Le code de la CPS</h2>
    <p>Le nombre d’essais restants est affiché quand il baisse. Après trois codes faux, la carte se bloque ; les factures restent « À signer » et rien n’est perdu.</p>
    <h2>La carte est retirée trop tôt</h2>
    <p>La signature n’a pas lieu, ou elle est entière : jamais entre les deux. La facture reste là ; remettez la carte et recommencez.</p>
    <h2>La liaison avec Agrafe est coupée</h2>
    <p>Un bandeau le dit et la page se reconnecte seule. Ce que vous avez tapé n’est pas perdu, et rien n’est fait deux fois.</p>
    <h2>Demander de l’aide</h2>
    <p>Le menu de l’icône d’Agrafe copie les informations de support et exporte un diagnostic. Ils ne contiennent ni nom, ni NIR, ni code.</p>
  </>
);

const Limites = () => (
  <>
    <p>Agrafe n’est pas un logiciel de facturation SESAM-Vitale agréé. L’enveloppe scellée des FSE, la lecture des droits sur une vraie Carte Vitale et les clés des caisses appartiennent au GIE SESAM-Vitale et demandent son contrat et ses bibliothèques.</p>
    <ul>
      <li>Agrafe fait pour de vrai tout ce qui est autour : lecteurs, CPS, règles, tarifs, numéros, lots, papiers, suivi.</li>
      <li>Ce qui est fait avec une carte de test est marqué « DÉMONSTRATION » et refusé par toute destination réelle.</li>
      <li>Les tarifs et les codes viennent de tables publiques ; chacune dit sa source et sa certitude. Un code absent des tables est refusé, jamais inventé.</li>
      <li>Agrafe n’est pas un dossier médical, et ne fait pas la comptabilité.</li>
    </ul>
  </>
);

export const rest: readonly Chapter[] = [
  { id: "papiers", title: "Papiers", Body: Papiers },
  { id: "lots", title: "Lots", Body: Lots },
  { id: "transmettre", title: "Transmettre et suivre les paiements", Body: Transmettre },
  { id: "rejets", title: "Rejets", Body: Rejets },
  { id: "pannes", title: "Quand quelque chose ne va pas", Body: Pannes },
  { id: "contacts", title: "Les bons contacts", Body: Contacts },
  { id: "clavier", title: "Raccourcis clavier", Body: KeyTable },
  { id: "limites", title: "Ce qu’Agrafe n’est pas", Body: Limites },
];
