package b2

// pied is a record 5, finLot a record 6, finFichier a record 999: what Encode
// computes and Decode compares.
type (
	pied struct {
		Totaux
		editeur string
	}
	finLot struct {
		factures, factures2, factures3, actes int
		total, second                         int64
	}
	finFichier struct{ enregistrements, lots int }
)

// newFinLot computes the record 6 of a lot.
func newFinLot(factures, actes int, sum *Totaux) finLot {
	return finLot{factures, factures, factures, actes, firstTotal(sum), secondTotal(sum)}
}

var mapping000 = bind(Kind000,
	text("type d'émetteur", func(f *File) *string { return &f.Constantes.TypeEmetteur }),
	text("n° d'émetteur", func(f *File) *string { return &f.Emetteur }),
	text("type de destinataire", func(f *File) *string { return &f.Destinataire.Type }),
	text("n° de destinataire", func(f *File) *string { return &f.Destinataire.Numero }),
	text("application - type d'échange", func(f *File) *string { return &f.Constantes.Application }),
	text("identification du fichier", func(f *File) *string { return &f.Identifiant }),
	date("date de création", func(f *File) *Date { return &f.Creation }),
	text("norme utilisée", func(f *File) *string { return &f.Constantes.Norme }),
	text("version", func(f *File) *string { return &f.Constantes.Version }),
	text("zone message", func(f *File) *string { return &f.Message }),
)

var mapping1 = bind(Kind1,
	text("N° du partenaire de santé + clé", func(l *Lot) *string { return &l.NumeroPS }),
	text("organisme destinataire", func(l *Lot) *string { return &l.Organisme }),
	number("n° de lot", func(l *Lot) *int { return &l.Numero }),
	text("catégorie", func(l *Lot) *string { return &l.Constantes.Categorie }),
	text("statut", func(l *Lot) *string { return &l.Constantes.Statut }),
	text("mode de tarification", func(l *Lot) *string { return &l.Constantes.ModeTarification }),
	text("nom", func(l *Lot) *string { return &l.Nom }),
	text("version", func(l *Lot) *string { return &l.Constantes.Version }),
	date("date", func(l *Lot) *Date { return &l.Date }),
	text("norme", func(l *Lot) *string { return &l.Constantes.Norme }),
	text("constante 062007", func(l *Lot) *string { return &l.Constantes.Constante82 }),
	text("unité monétaire", func(l *Lot) *string { return &l.Constantes.Unite }),
)

var mapping2 = bind(Kind2,
	text("N° immatriculation assuré", func(f *Facture) *string { return &f.NIR }),
	text("Clé du n° d'immatriculation", func(f *Facture) *string { return &f.CleNIR }),
	number("Rang du bénéficiaire", func(f *Facture) *int { return &f.Rang }),
	number("N° facture", func(f *Facture) *int { return &f.Numero }),
	number("Numéro d'entrée", func(f *Facture) *int { return &f.NumeroEntree }),
	text("Code grand régime", func(f *Facture) *string { return &f.Regime }),
	text("Numéro caisse gestionnaire", func(f *Facture) *string { return &f.Caisse }),
	text("Numéro centre gestionnaire", func(f *Facture) *string { return &f.Centre }),
	optional(text("Nature pièce justificative des droits", func(f *Facture) *string { return &f.NaturePiece })),
	date("Prise en charge établie le", func(f *Facture) *Date { return &f.PriseEnCharge }),
	date("Support de droits / carte Vitale / PEC valable à compter du", func(f *Facture) *Date { return &f.Droits }),
	text("Délivrée par", func(f *Facture) *string { return &f.DelivreePar }),
	text("Régime de prestation de l'assuré", func(f *Facture) *string { return &f.RegimePrestation }),
	text("Code nature d'assurance", func(f *Facture) *string { return &f.Nature }),
	optional(text("Justification d'exonération ou de modulation du TM", func(f *Facture) *string { return &f.Exoneration })),
	date("Date de l'hospitalisation", func(f *Facture) *Date { return &f.Hospitalisation }),
	text("N° accident du travail ou date accident de droit commun", func(f *Facture) *string { return &f.Accident }),
	text("Top éclatement des flux", func(f *Facture) *string { return &f.Eclatement }),
	date("Date de naissance du bénéficiaire", func(f *Facture) *Date { return &f.Naissance }),
	number("Rang de naissance", func(f *Facture) *int { return &f.RangNaissance }),
	date("Date d'entrée", func(f *Facture) *Date { return &f.Entree }),
	date("Date de sortie", func(f *Facture) *Date { return &f.Sortie }),
	number("Heure de sortie", func(f *Facture) *int { return &f.HeureSortie }),
	text("Type de contrat", func(f *Facture) *string { return &f.Contrat }),
	text("N° d'organisme complémentaire", func(f *Facture) *string { return &f.OrganismeAMC }),
)

var mapping2S = bind(Kind2S,
	text("Complément au n° de titre de recette", func(c *ComplementFacture) *string { return &c.TitreRecette }),
	text("Destinataire du règlement", func(c *ComplementFacture) *string { return &c.DestinataireReglement }),
	text("N° immatriculation individuel (NIR certifié)", func(c *ComplementFacture) *string { return &c.NIRCertifie }),
	text("Clé", func(c *ComplementFacture) *string { return &c.CleCertifie }),
	text("Top déclaration médecin traitant", func(c *ComplementFacture) *string { return &c.DeclarationMT }),
	text("Nom du médecin traitant ou de l'orienteur", func(c *ComplementFacture) *string { return &c.NomMT }),
	text("Prénom", func(c *ComplementFacture) *string { return &c.PrenomMT }),
	text("N° Assurance maladie du MT", func(c *ComplementFacture) *string { return &c.NumeroMT }),
	text("Indicateur du parcours de soins", func(c *ComplementFacture) *string { return &c.Parcours }),
)

var mapping4 = bind(Kind4,
	text("Mode de traitement", func(l *Ligne) *string { return &l.ModeTraitement }),
	text("Discipline de prestation", func(l *Ligne) *string { return &l.Discipline }),
	optional(text("N° du prescripteur + clé", func(l *Ligne) *string { return &l.Prescripteur })),
	text("Origine de la prescription", func(l *Ligne) *string { return &l.OriginePrescription }),
	text("Justification d'exonération niveau acte", func(l *Ligne) *string { return &l.Exoneration }),
	text("Spécialité du prescripteur", func(l *Ligne) *string { return &l.SpecialitePrescripteur }),
	text("N° exécutant + clé", func(l *Ligne) *string { return &l.Executant }),
	text("Zone tarif exécutant", func(l *Ligne) *string { return &l.ZoneTarif }),
	text("Spécialité exécutant", func(l *Ligne) *string { return &l.Specialite }),
	date("Date des soins", func(l *Ligne) *Date { return &l.Date }),
	text("Code acte", func(l *Ligne) *string { return &l.Code }),
	number("Quantité", func(l *Ligne) *int { return &l.Quantite }),
	number("Coefficient", func(l *Ligne) *int { return &l.Coefficient }),
	number("Dénombrement", func(l *Ligne) *int { return &l.Denombrement }),
	amount("Prix unitaire", func(l *Ligne) *int64 { return &l.PrixUnitaire }),
	amount("Base de remboursement", func(l *Ligne) *int64 { return &l.Base }),
	number("Taux applicable", func(l *Ligne) *int { return &l.Taux }),
	amount("Montant remboursable par l'AMO", func(l *Ligne) *int64 { return &l.AMO }),
	amount("Montant des honoraires (dépassement compris)", func(l *Ligne) *int64 { return &l.Honoraires }),
	text("Qualificatif de la dépense", func(l *Ligne) *string { return &l.Qualificatif }),
	amount("Montant remboursable par l'OC", func(l *Ligne) *int64 { return &l.AMC }),
)

var mapping4S = bind(Kind4S,
	text("Condition d'exercice de l'exécutant", func(c *ComplementLigne) *string { return &c.ConditionExecutant }),
	text("Option de coordination", func(c *ComplementLigne) *string { return &c.OptionCoordination }),
	amount("Base de remboursement théorique", func(c *ComplementLigne) *int64 { return &c.BaseTheorique }),
	text("Condition d'exercice du prescripteur", func(c *ComplementLigne) *string { return &c.ConditionPrescripteur }),
	date("Date de demande d'accord préalable", func(c *ComplementLigne) *Date { return &c.DemandeAccord }),
	optional(text("Code accord préalable", func(c *ComplementLigne) *string { return &c.AccordPrealable })),
	text("Indicateur de forçage tarification part AMO", func(c *ComplementLigne) *string { return &c.ForcageAMO }),
	text("Lieu d'exécution de l'acte", func(c *ComplementLigne) *string { return &c.LieuExecution }),
	text("Filière ou réseau", func(c *ComplementLigne) *string { return &c.Filiere }),
	text("Indicateur de forçage part AMC", func(c *ComplementLigne) *string { return &c.ForcageAMC }),
	text("N° d'ordre du forfait technique", func(c *ComplementLigne) *string { return &c.ForfaitTechnique }),
	text("N° de l'appareil ou id. de connexion vidéo", func(c *ComplementLigne) *string { return &c.Appareil }),
	text("N° GHS", func(c *ComplementLigne) *string { return &c.GHS }),
	text("Domaine d'activité", func(c *ComplementLigne) *string { return &c.DomaineActivite }),
	text("Top prévention AMO/AMC", func(c *ComplementLigne) *string { return &c.Prevention }),
	text("Qualifiant du dispositif de prévention", func(c *ComplementLigne) *string { return &c.QualifiantPrevention }),
	text("Code participation assuré", func(c *ComplementLigne) *string { return &c.ParticipationAssure }),
)

var mapping5 = bind(Kind5,
	number("Nombre d'enregistrements types 3x et 4x", func(p *pied) *int { return &p.Enregistrements }),
	amount("Total base de remboursement (type 3)", func(p *pied) *int64 { return &p.Base3 }),
	amount("Total remboursable caisse (type 3)", func(p *pied) *int64 { return &p.AMO3 }),
	amount("Total des honoraires facturés (type 4)", func(p *pied) *int64 { return &p.Honoraires4 }),
	amount("Total remboursable caisse honoraires (type 4)", func(p *pied) *int64 { return &p.AMO4 }),
	amount("Total participation de l'assuré avant OC", func(p *pied) *int64 { return &p.Participation }),
	amount("Total OC (type 3)", func(p *pied) *int64 { return &p.AMC3 }),
	amount("Total OC (honoraires)", func(p *pied) *int64 { return &p.AMC4 }),
	amount("Montant total facturé (type 3)", func(p *pied) *int64 { return &p.Facture3 }),
	text("Zone réservée éditeurs", func(p *pied) *string { return &p.editeur }),
)

var mapping6 = bind(Kind6,
	number("nb factures", func(f *finLot) *int { return &f.factures }),
	number("nb actes", func(f *finLot) *int { return &f.actes }),
	number("nb factures (deuxième compteur)", func(f *finLot) *int { return &f.factures2 }),
	number("nb factures (troisième compteur)", func(f *finLot) *int { return &f.factures3 }),
	amount("total", func(f *finLot) *int64 { return &f.total }),
	amount("total (second)", func(f *finLot) *int64 { return &f.second }),
)

var mapping999 = bind(Kind999,
	number("nombre d'enregistrements", func(f *finFichier) *int { return &f.enregistrements }),
	number("nombre de lots", func(f *finFichier) *int { return &f.lots }),
)
