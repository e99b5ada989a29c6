// The user guide in French: sending lots, and following what the payers answer and pay.

import { href } from "../route";
import { Note } from "../ui";
import { ThreeSteps } from "./pictures";

export const Transmettre = () => (
  <>
    <p>Un lot clos part par courriel chiffré vers sa caisse. La caisse en accuse réception (ARL), puis annonce ses paiements et ses rejets (NOEMIE) : Agrafe les rattache à chaque FSE.</p>
    <ThreeSteps label="D’un lot clos au paiement" steps={["Transmettre|les lots clos", "Relever|les retours", "Régler|ce qui reste"]} />
    <h2>1. Transmettre</h2>
    <p>Dans <a href={href("lots")}>Lots</a>, « Transmettre » envoie les lots choisis, ou tous ceux qui sont clos. Chaque lot dit où il en est :</p>
    <dl class="terms">
      <dt>À transmettre</dt>
      <dd>Il est clos et personne n’a encore demandé son envoi. Il peut être rouvert.</dd>
      <dt>En attente</dt>
      <dd>Son envoi est demandé, mais le serveur ne répond pas ou n’est pas disponible. Agrafe réessaie seul, de plus en plus rarement, et dit quand. Sans réseau, rien n’est perdu. Si le poste redémarre entre-temps, Agrafe reprend l’envoi ; une demande de plus de sept jours attend que vous cliquiez à nouveau sur « Transmettre ».</dd>
      <dt>Envoi en cours</dt>
      <dd>Il est en train de partir : il ne peut plus être modifié.</dd>
      <dt>Parti</dt>
      <dd>Le serveur l’a pris. Ses FSE sont « Transmises ». Il ne sera plus jamais envoyé.</dd>
      <dt>Sans ARL attendu</dt>
      <dd>Un lot dégradé est parti de même, mais la caisse n’en accuse pas réception : ses paiements viennent directement.</dd>
      <dt>Indécis</dt>
      <dd>La liaison a été coupée au moment même de l’envoi, ou une sauvegarde a été restaurée : Agrafe ne sait pas si le serveur a pris ce lot, et ne le renvoie donc pas.</dd>
      <dt>Revenu</dt>
      <dd>Le serveur l’avait pris, puis a écrit qu’il ne pouvait pas le remettre à la caisse. Comme pour un lot indécis, c’est à vous de dire s’il est arrivé.</dd>
      <dt>Envoi refusé</dt>
      <dd>Le serveur a dit non, et pourquoi. La caisse n’a rien reçu : corrigez la cause, puis « Réessayer ».</dd>
    </dl>
    <Note tone="warning">Un lot envoyé deux fois peut être payé deux fois, et le trop-perçu est à rembourser. Devant un lot « Indécis », attendez d’abord la copie témoin ou une réponse de la caisse : si l’une des deux arrive, Agrafe tranche seul. Sinon, regardez « vos paiements » sur Espace Pro ou appelez la caisse, puis dites « Il est parti » ou « Il n’est pas parti, renvoyer ».</Note>
    <h2>2. Relever les retours</h2>
    <p>« Relever les retours », dans <a href={href("retours")}>Retours</a>, va chercher les réponses dans la boîte du cabinet. Un message n’y est effacé qu’une fois gardé par Agrafe. Le même retour reçu deux fois n’est compté qu’une fois. Les copies témoins de vos envois sont comptées parmi les messages, non parmi les retours.</p>
    <dl class="terms">
      <dt>Transmise</dt>
      <dd>La FSE est partie ; la caisse n’a pas encore répondu. Au bout de quelques jours ouvrés, « Ma journée » le signale.</dd>
      <dt>Acquittée</dt>
      <dd>La caisse a accusé réception du lot (ARL). Pour un lot dégradé, aucun ARL n’est attendu.</dd>
      <dt>Payée, payée en partie</dt>
      <dd>Les caisses ont payé tout ce qu’elles doivent, ou une partie seulement. Quand le patient a tout réglé, elles ne vous doivent rien : la FSE s’arrête à « Acquittée ».</dd>
      <dt>Rejetée</dt>
      <dd>La caisse l’a refusée ; le motif est celui qu’elle a donné. Voir le chapitre <a href={href("aide", "rejets")}>Rejets</a>.</dd>
    </dl>
    <h2>3. Régler ce qui reste</h2>
    <ul>
      <li>« Paiements » les montre par jour et par virement, comme sur le relevé de la banque. Un écart entre le demandé et le payé est marqué.</li>
      <li>« À régler » réunit ce qu’Agrafe n’a pas su rattacher sûrement. « Rapprocher… » cherche la FSE par son numéro, ou le lot quand la réponse porte sur un lot entier ; « Classer sans suite… » demande un motif et ne change rien d’autre.</li>
      <li>« À examiner » signale ce qui ne devrait pas arriver : le paiement d’une FSE déjà refaite, le rejet d’une FSE déjà payée. Vérifiez avant que la caisse ne paie deux fois.</li>
      <li>« Fichiers reçus » garde chaque fichier tel qu’il est arrivé, même illisible. Un fichier reçu autrement s’y importe.</li>
    </ul>
    <h2>La messagerie</h2>
    <p>Elle est réglée une fois par l’administrateur du poste. <a href={href("reglages", "transmission")}>Réglages, Transmission</a> en montre l’état, et « Vérifier » se présente aux deux serveurs sans rien envoyer.</p>
  </>
);
