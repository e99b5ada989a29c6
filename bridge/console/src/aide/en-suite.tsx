// The user guide in English: papers, lots, rejects, trouble, limits.

import { href } from "../route";
import { Note } from "../ui";
import type { Chapter } from "./chapters";
import { Contacts } from "./contacts";
import { Sending } from "./en-transmettre";
import { KeyTable } from "./key-table";
import { Bundle, Life } from "./pictures";

const Papers = () => (
  <>
    <p>Each degraded FSE has a sheet, each degraded lot a bordereau. Agrafe follows them: to print, printed, signed, then posted or scanned. None is forgotten: what waits is counted in the menu.</p>
    <Bundle label="The bordereau first, the sheets after it, in an envelope with the mention." bordereau="Bordereau" sheet="sheets" envelope="caisse de|rattachement" mention="FSE DÉGRADÉ" />
    <ul>
      <li>“Print” on a lot gives the bordereau and the sheets in one print, in stapling order.</li>
      <li>The envelope page has the address of your caisse de rattachement, from <a href={href("reglages")}>Settings</a>.</li>
      <li>No printer? “By hand” says what to write: lot number, FSE numbers, date of teletransmission.</li>
      <li>A spoilt sheet goes back to “to print”.</li>
    </ul>
    <h2>The paper care sheet</h2>
    <p>The last resort, when nothing electronic is possible. It has the boxes of the doctor’s care sheet, no FSE number, and enters no lot, but counts in the takings of the day.</p>
  </>
);

const Lots = () => (
  <>
    <p>A lot gathers the FSE for one payer, of one professional and of one kind: secured (with Vitale), without Vitale, or degraded. FSE enter it by themselves when they are signed.</p>
    <Life label="The life of an FSE" states={["Draft", "To sign", "In a lot", "Sent", "Acknowl.", "Paid"]} aside="Rejected → made again" />
    <ul>
      <li>An open lot is closed with a click, or by itself at the closing hour chosen in <a href={href("reglages")}>Settings</a>.</li>
      <li>A closed lot can be opened again as long as it is not sent, and an FSE taken out of it.</li>
      <li>“Lot details” shows its lines, totals, B2 file and papers.</li>
      <li>A signed FSE can still be cancelled before it is sent: its number is not used again.</li>
    </ul>
    <Note>Deadlines are recalled in <a href={href("jour")}>My day</a>, with their reason.</Note>
  </>
);

const Rejects = () => (
  <>
    <p>A reject comes with a return of the payer, or is read elsewhere: Espace Pro, a letter. Then enter it in <a href={href("rejets")}>Rejects</a>: number of the FSE, date, label. The FSE of another software can be entered as well.</p>
    <ol>
      <li>Read the reason, shown as the payer gave it, beside the original invoice.</li>
      <li>“Make again with the Carte Vitale” if the patient is there; else “Make again in degraded mode”.</li>
      <li>Correct, sign. The new FSE has a new number and a link to the old one, which becomes “Replaced”.</li>
    </ol>
    <Note tone="warning">Agrafe never sends a rejected FSE again by itself: wrong rejects have caused double payments. An FSE that is paid or pending can’t be made again.</Note>
  </>
);

const Trouble = () => (
  <>
    <h2>The card is not recognised</h2>
    <ul>
      <li>“Mute card”: take it out, wipe the chip, put it back the right way, chip first.</li>
      <li>“No reader plugged in”: unplug the reader and plug it in again. It comes back without restarting anything.</li>
      <li>“Card service stopped”: that is the service of the computer; in a terminal, <code>agrafe doctor</code> says what to do.</li>
    </ul>
    <h2>The code of the CPS</h2>
    <p>The number of tries left is shown when it goes down. After three wrong codes the card is blocked; invoices stay “To sign” and nothing is lost.</p>
    <h2>The card is taken out too early</h2>
    <p>The signature is not made, or it is whole: never in between. The invoice stays there; put the card back and try again.</p>
    <h2>The connection with Agrafe is lost</h2>
    <p>A banner says so and the page connects again by itself. What you have typed is not lost, and nothing is done twice.</p>
    <h2>Asking for help</h2>
    <p>The menu of the Agrafe icon copies the support information and exports a diagnostic. They hold no name, no NIR and no code.</p>
  </>
);

const Limits = () => (
  <>
    <p>Agrafe is not an approved (“agréé”) SESAM-Vitale invoicing product. The sealed envelope of FSE, the rights on a real Carte Vitale and the payers’ keys belong to the GIE SESAM-Vitale and need its contract and its libraries.</p>
    <ul>
      <li>Agrafe does everything around them for real: readers, CPS, rules, tariffs, numbers, lots, papers, follow-up.</li>
      <li>What is made with a test card is marked “DEMONSTRATION” and refused by any real destination.</li>
      <li>Tariffs and codes come from public tables; each says its source and how sure it is. A code that is in no table is refused, never invented.</li>
      <li>Agrafe is not a medical record, and does no accounting.</li>
    </ul>
  </>
);

export const rest: readonly Chapter[] = [
  { id: "papiers", title: "Papers", Body: Papers },
  { id: "lots", title: "Lots", Body: Lots },
  { id: "transmettre", title: "Sending, and following the payments", Body: Sending },
  { id: "rejets", title: "Rejects", Body: Rejects },
  { id: "pannes", title: "When something goes wrong", Body: Trouble },
  { id: "contacts", title: "Whom to call", Body: Contacts },
  { id: "clavier", title: "Keyboard shortcuts", Body: KeyTable },
  { id: "limites", title: "What Agrafe is not", Body: Limits },
];
