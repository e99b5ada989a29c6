// The user guide in English: sending lots, and following what the payers answer and pay.

import { href } from "../route";
import { Note } from "../ui";
import { ThreeSteps } from "./pictures";

export const Sending = () => (
  <>
    <p>A closed lot leaves by encrypted mail for its payer. The payer acknowledges it (ARL), then announces its payments and rejects (NOEMIE): Agrafe matches them with each FSE.</p>
    <ThreeSteps label="From a closed lot to the payment" steps={["Send|the closed lots", "Fetch|the returns", "Settle|what is left"]} />
    <h2>1. Send</h2>
    <p>In <a href={href("lots")}>Lots</a>, “Send” sends the lots that are chosen, or all that are closed. Each lot tells where it is:</p>
    <dl class="terms">
      <dt>To be sent</dt>
      <dd>It is closed and nobody has asked for it to be sent yet. It can be opened again.</dd>
      <dt>Waiting</dt>
      <dd>It was asked for, but the server does not answer or is busy. Agrafe tries again by itself, less and less often, and says when. Without a network nothing is lost. If the computer is started again meanwhile, Agrafe goes on with it; what was asked for more than seven days ago waits until you press “Send” once more.</dd>
      <dt>Being sent</dt>
      <dd>It is leaving now: it can’t be changed any more.</dd>
      <dt>Sent</dt>
      <dd>The server took it. Its FSE are “Sent”. It will never be sent again.</dd>
      <dt>No ARL expected</dt>
      <dd>A degraded lot has left in the same way, but the payer does not acknowledge it: its payments come directly.</dd>
      <dt>Undecided</dt>
      <dd>The connection was lost at the very moment of sending, or a backup was restored: Agrafe does not know whether the server took this lot, and so does not send it again.</dd>
      <dt>Came back</dt>
      <dd>The server had taken it, then wrote that it could not deliver it to the payer. As for an undecided lot, it is for you to say whether it arrived.</dd>
      <dt>Refused by the server</dt>
      <dd>The server said no, and why. The payer has received nothing: mend the cause, then “Try again”.</dd>
    </dl>
    <Note tone="warning">A lot that is sent twice may be paid twice, and the overpayment has to be given back. Before an “Undecided” lot, first wait for the witness copy or an answer of the payer: if either comes, Agrafe decides by itself. If not, look at « vos paiements » on Espace Pro or call the payer, then say “It was sent” or “It was not, send again”.</Note>
    <h2>2. Fetch the returns</h2>
    <p>“Fetch the returns”, in <a href={href("retours")}>Returns</a>, looks for the answers in the practice’s mailbox. A message is deleted there only once Agrafe has kept it. The same return received twice counts once. The witness copies of what you sent count as messages, not as returns.</p>
    <dl class="terms">
      <dt>Sent</dt>
      <dd>The FSE has left; the payer has not answered yet. After some working days “My day” says so.</dd>
      <dt>Acknowledged</dt>
      <dd>The payer has acknowledged the lot (ARL). For a degraded lot no ARL is expected.</dd>
      <dt>Paid, partly paid</dt>
      <dd>The payers have paid all that they owe, or only a part. Where the patient has paid everything they owe you nothing: the FSE ends as “Acknowledged”.</dd>
      <dt>Rejected</dt>
      <dd>The payer refused it; the reason is the one that it gave. See the chapter <a href={href("aide", "rejets")}>Rejects</a>.</dd>
    </dl>
    <h2>3. Settle what is left</h2>
    <ul>
      <li>“Payments” shows them by day and by transfer, as on the bank’s statement. A difference between what was asked for and what was paid is marked.</li>
      <li>“To settle” gathers what Agrafe could not match with certainty. “Match…” looks for the FSE by its number, or for the lot where the answer is about a whole lot; “Put away…” asks for a reason and changes nothing else.</li>
      <li>“To be looked at” tells of what should not happen: the payment of an FSE that was made again, the reject of one that was paid. Check before the payer pays twice.</li>
      <li>“Files received” keeps each file as it arrived, even one that can’t be read. A file that came another way is imported there.</li>
    </ul>
    <h2>The mail account</h2>
    <p>It is set once by the administrator of the workstation. <a href={href("reglages", "transmission")}>Settings, Transmission</a> shows how it is, and “Check” logs in to both servers without sending anything.</p>
  </>
);
