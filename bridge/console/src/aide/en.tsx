// The user guide in English: cards, invoices, degraded mode, SMG.

import { href } from "../route";
import { Note } from "../ui";
import type { Chapter } from "./chapters";
import { Destination, ReaderPicture, ThreeSteps } from "./pictures";

const Start = () => (
  <>
    <p>The day begins with the CPS card: insert it in the morning, chip first. Its code is asked for the first time that something is signed, in a window that Agrafe opens, never in this page.</p>
    <ReaderPicture label="The CPS stays in its reader; the Carte Vitale only passes by." cps="CPS" vitale="Vitale" />
    <p>Readers and cards are always shown at the top of the screen. When a Carte Vitale is inserted, the patient’s identity and rights appear by themselves in “Invoice”.</p>
    <h2>The page “My day”</h2>
    <p>It says what waits: drafts, FSE to sign, lots to close or send, papers to handle, returns to settle, rejects. “To do first” sorts by legal deadline and gives the reason of each.</p>
    <h2>Nothing is lost</h2>
    <p>An invoice that was begun is kept as you type it. If the page is closed, the computer restarts or the connection breaks, it is among <a href={href("fse")}>the care sheets</a>, in the state “Draft”.</p>
  </>
);

const Invoice = () => (
  <>
    <ThreeSteps label="Invoicing with the Carte Vitale" steps={["Patient|Carte Vitale in", "Invoice|acts and rights", "Signature|and printing"]} />
    <ol>
      <li><strong>Patient.</strong> Insert the Carte Vitale. If it holds several persons, choose the patient.</li>
      <li><strong>Invoice.</strong> Type the code of the act (G, GS, MEG…), then Enter. Nature d’assurance, exonération, parcours de soins and tiers payant are proposed from the card; all can be changed. Each amount says which rule it comes from: hover over it or move the keyboard there.</li>
      <li><strong>Signature.</strong> Ctrl+Enter. The FSE gets its number, is safely kept, then put in a lot. The receipt can be printed.</li>
    </ol>
    <Note>Without a CPS the complete invoice stays “To sign”: it is signed later, alone or with others, without typing anything again.</Note>
    <h2>Invoiced twice?</h2>
    <p>Same patient, same date and same act: Agrafe refuses, unless you give a reason, which is kept.</p>
  </>
);

const Degraded = () => (
  <>
    <p>Degraded mode is for when the Carte Vitale can’t be read: card absent, mute or broken, reader out of order, or a rejected FSE to make again. It needs the CPS alone. It serves tiers payant and paid invoices alike.</p>
    <ThreeSteps label="The three steps of degraded mode" steps={["Select|the patient", "Invoice", "Print|and send"]} />
    <h2>1. Select the patient</h2>
    <p>In “<a href={href("facturer")}>Invoice</a>”, choose “Patient without Carte Vitale”. Agrafe proposes “Degraded mode (CPS alone)”: you confirm it, with the reason. Take the patient from an earlier invoice, or type name, given name, birth, NIR and key, régime, caisse and centre.</p>
    <h2>2. Invoice</h2>
    <p>As usual. The exonération comes from the teleservice of rights, else from the paper attestation or Espace Pro; failing that, “Non exonéré”.</p>
    <h2>3. Print and send</h2>
    <ol>
      <li>Print the care sheet: it has “Mode dégradé” at the top.</li>
      <li>Sign it; the patient signs too when present.</li>
      <li>At the end of the day the lot is closed: print the bordereau and staple it on top of the sheets.</li>
      <li>Post all of it to your caisse de rattachement, or scan it, and say so in <a href={href("papiers")}>Papers</a>.</li>
    </ol>
    <Note>The other door to degraded mode is “Rejected FSE”: see the chapter <a href={href("aide", "rejets")}>Rejects</a>.</Note>
    <h2>Centre 0000</h2>
    <p>Users report that degraded FSE of the régime général reach the CPAM only with centre 0000. So Agrafe writes it for régime 01, shows it and keeps that in the FSE. This is inferred, not a published rule: the administrator can turn it off.</p>
  </>
);

const SMG = () => (
  <>
    <p>Soins médicaux gratuits are care related to a military disability pension (article L. 212-1 of the CPMIVG, formerly L. 115). The CNMSS pays for them, whatever the patient’s régime.</p>
    <Destination label="The destination is always visible: check it before signing." from="Patient’s régime" to="CNMSS" code="08-835-0300" />
    <ol>
      <li>Choose “Free medical care of veterans (SMG)” as nature d’assurance. Agrafe may propose it but never ticks it: you alone know whether the care is about the pensioned disability.</li>
      <li>Confirm. Nothing changes before; unticking restores everything as it was.</li>
      <li>“Compute” the amount covered, check it, validate it. If the patient’s attestation grants less, type its maximum.</li>
      <li>What the maximum does not cover is not charged to the patient: it is “not covered”, to be acknowledged before signing.</li>
    </ol>
    <ul>
      <li>Tiers payant is compulsory, the patient pays nothing, and the parcours de soins does not apply.</li>
      <li>A dépassement is refused, unless the CNMSS agreed to it beforehand (date and amount).</li>
      <li>A visit that mixes the disability and something else makes two FSE: “Split in two”.</li>
      <li>Other care of a pensioner: an ordinary FSE, exempt as pensioner.</li>
      <li>In degraded mode, if an attestation must be chosen: “Non exonéré”; the 100 % come from SMG.</li>
    </ul>
    <p>As a last resort the paper care sheet is sent to CNMSS/DSBP, 247 avenue Jacques Cartier, 83090 TOULON CEDEX 9.</p>
  </>
);

export const first: readonly Chapter[] = [
  { id: "debut", title: "The day in short", Body: Start },
  { id: "facturer", title: "Invoicing with the Carte Vitale", Body: Invoice },
  { id: "degrade", title: "Without Carte Vitale: degraded mode", Body: Degraded },
  { id: "smg", title: "Free medical care (SMG)", Body: SMG },
];
