// The user guide in French: cards, invoices, degraded mode, SMG.

import { href } from "../route";
import { Note } from "../ui";
import type { Chapter } from "./chapters";
import { Destination, ReaderPicture, ThreeSteps } from "./pictures";

const Debut = () => (
  <>
    <p>La journée commence par la carte CPS : insérez-la le matin, puce vers l’avant. Le code est demandé la première fois qu’il faut signer, dans une fenêtre ouverte par Agrafe, jamais dans cette page.</p>
    <ReaderPicture label="La CPS reste dans son lecteur ; la Carte Vitale ne fait que passer." cps="CPS" vitale="Vitale" />
    <p>Les lecteurs et les cartes sont toujours visibles en haut de l’écran. Quand une Carte Vitale est insérée, l’identité et les droits du patient apparaissent d’eux-mêmes dans « Facturer ».</p>
    <h2>La page « Ma journée »</h2>
    <p>Elle dit ce qui attend : brouillons, FSE à signer, lots à clore ou à envoyer, papiers à traiter, retours à régler, rejets. « À faire en premier » classe par échéance légale et donne la raison de chacune.</p>
    <h2>Rien ne se perd</h2>
    <p>Une facture commencée est gardée à mesure que vous la tapez. Si la page est fermée, si l’ordinateur redémarre ou si la liaison se coupe, elle est dans <a href={href("fse")}>les feuilles de soins</a>, à l’état « Brouillon ».</p>
  </>
);

const Facturer = () => (
  <>
    <ThreeSteps label="Facturer avec la Carte Vitale" steps={["Patient|Carte Vitale insérée", "Facturation|actes et droits", "Signature|et impression"]} />
    <ol>
      <li><strong>Patient.</strong> Insérez la Carte Vitale. Si elle porte plusieurs bénéficiaires, choisissez le patient.</li>
      <li><strong>Facturation.</strong> Tapez le code de l’acte (G, GS, MEG…) puis Entrée. La nature d’assurance, l’exonération, le parcours de soins et le tiers payant sont proposés d’après la carte ; tout peut être changé. Chaque montant dit de quelle règle il vient : passez dessus ou placez-y le clavier.</li>
      <li><strong>Signature.</strong> Ctrl+Entrée. La FSE reçoit son numéro, elle est gardée de façon sûre, puis rangée dans un lot. La quittance peut être imprimée.</li>
    </ol>
    <Note>Sans CPS, la facture complète reste « À signer » : elle se signe plus tard, seule ou avec les autres, sans rien retaper.</Note>
    <h2>Une facture double ?</h2>
    <p>Même bénéficiaire, même date et même acte : Agrafe refuse, sauf si vous donnez une raison, qui est gardée.</p>
  </>
);

const Degrade = () => (
  <>
    <p>Le mode dégradé sert quand la Carte Vitale ne peut pas être lue : carte absente, muette ou hors service, lecteur en panne, ou FSE rejetée à refaire. Il demande la CPS seule. Il vaut pour le tiers payant comme pour les factures réglées.</p>
    <ThreeSteps label="Les trois étapes du mode dégradé" steps={["Sélectionner|le patient", "Facturer", "Imprimer|et envoyer"]} />
    <h2>1. Sélectionner le patient</h2>
    <p>Dans « <a href={href("facturer")}>Facturer</a> », choisissez « Patient sans carte Vitale ». Agrafe propose « Mode dégradé (CPS seule) » : c’est vous qui validez, avec le motif. Reprenez le patient d’une facture précédente, ou saisissez nom, prénom, naissance, NIR et clé, régime, caisse et centre.</p>
    <h2>2. Facturer</h2>
    <p>Comme d’habitude. L’exonération vient du téléservice de droits, sinon de l’attestation papier ou d’Espace Pro ; à défaut, « Non exonéré ».</p>
    <h2>3. Imprimer et envoyer</h2>
    <ol>
      <li>Imprimez la feuille de soins : elle porte « Mode dégradé » en haut.</li>
      <li>Signez-la ; le patient signe s’il est là.</li>
      <li>En fin de journée, le lot est clos : imprimez le bordereau et agrafez-le au-dessus des feuilles.</li>
      <li>Postez le tout à votre caisse de rattachement, ou scannez-le, et dites-le dans <a href={href("papiers")}>Papiers</a>.</li>
    </ol>
    <Note>L’autre porte du mode dégradé est « FSE rejetée » : voir le chapitre <a href={href("aide", "rejets")}>Rejets</a>.</Note>
    <h2>Le centre 0000</h2>
    <p>Des utilisateurs rapportent que les FSE dégradées du régime général n’arrivent à la CPAM que si le centre est 0000. Agrafe le remplace donc pour le régime 01, l’affiche et le garde dans la FSE. C’est une déduction, non une règle publiée : l’administrateur peut le couper.</p>
  </>
);

const SMG = () => (
  <>
    <p>Les soins médicaux gratuits sont les soins en rapport avec une pension militaire d’invalidité (article L. 212-1 du CPMIVG, ancien L. 115). La CNMSS les paie, quel que soit le régime du patient.</p>
    <Destination label="La destination est toujours visible : vérifiez-la avant de signer." from="Régime du patient" to="CNMSS" code="08-835-0300" />
    <ol>
      <li>Choisissez « Soins médicaux gratuits » dans la nature d’assurance. Agrafe peut le proposer, mais ne le coche jamais : vous seul savez si les soins concernent l’infirmité pensionnée.</li>
      <li>Confirmez. Rien n’est changé avant ; décocher rétablit tout comme avant.</li>
      <li>« Calculer » le montant de la prise en charge, vérifiez-le, validez-le. Si l’attestation du patient accorde moins, saisissez son maximum.</li>
      <li>Ce que le maximum ne couvre pas n’est pas demandé au patient : c’est « non pris en charge », à reconnaître avant de signer.</li>
    </ol>
    <ul>
      <li>Le tiers payant est obligatoire, le patient ne paie rien, et le parcours de soins ne joue pas.</li>
      <li>Un dépassement est refusé, sauf accord préalable de la CNMSS (date et montant).</li>
      <li>Une visite qui mêle l’infirmité et autre chose fait deux FSE : « Séparer en deux ».</li>
      <li>Pour d’autres soins d’un pensionné : FSE ordinaire, exonérée au titre de la pension.</li>
      <li>En mode dégradé, s’il faut choisir une attestation : « Non exonéré » ; les 100 % viennent des SMG.</li>
    </ul>
    <p>En dernier recours, la feuille de soins papier est adressée à CNMSS/DSBP, 247 avenue Jacques Cartier, 83090 TOULON CEDEX 9.</p>
  </>
);

export const first: readonly Chapter[] = [
  { id: "debut", title: "La journée en bref", Body: Debut },
  { id: "facturer", title: "Facturer avec la Carte Vitale", Body: Facturer },
  { id: "degrade", title: "Sans Carte Vitale : le mode dégradé", Body: Degrade },
  { id: "smg", title: "Soins médicaux gratuits (SMG)", Body: SMG },
];
