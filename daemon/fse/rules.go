package fse

// rule is an index in rules.
type rule uint8

// The rules that an Explication may name.
const (
	ruleTarif rule = iota
	ruleKm
	ruleQuantite
	ruleMajoration
	ruleModificateur
	ruleAssociation
	ruleSousLaBase
	ruleDepassement
	rulePartAMO
	ruleTauxSaisi
	ruleAttestation
	ruleMTM
	ruleMTMInfo
	ruleSansMTM100
	ruleSansMTM0
	ruleSansMTMAge
	ruleForfait
	ruleForfaitLocal
	ruleC2S
	ruleAMC
	ruleAME
	rulePatient
	rulePlafondSMG
	ruleSupplementSMG
	ruleRetenue
)

// Rule is a rule that explanations refer to: its stable code and its words.
type Rule struct {
	Regle   string `json:"regle"`
	Libelle string `json:"libelle"`
}

var rules = [...]Rule{
	ruleTarif:         {"TARIF", "tarif de l’acte à la date des soins"},
	ruleKm:            {"KILOMETRES", "tarif du kilomètre × kilomètres après abattement"},
	ruleQuantite:      {"QUANTITE_COEFFICIENT", "tarif × quantité × coefficient, arrondi au centime"},
	ruleMajoration:    {"MAJORATION", "majoration de nuit, de dimanche ou de jour férié"},
	ruleModificateur:  {"MODIFICATEUR_CCAM", "modificateur de l’acte CCAM"},
	ruleAssociation:   {"ASSOCIATION_CCAM", "part du tarif selon le code association"},
	ruleSousLaBase:    {"HONORAIRES_SOUS_LA_BASE", "honoraires inférieurs au tarif : ils deviennent la base"},
	ruleDepassement:   {"DEPASSEMENT", "honoraires au-dessus de la base, à la charge du patient"},
	rulePartAMO:       {"PART_AMO", "part AMO = base × taux"},
	ruleTauxSaisi:     {"PART_AMO_TAUX_SAISI", "part AMO = base × taux saisi (régime à taux propre)"},
	ruleAttestation:   {"PART_AMO_ATTESTATION", "part AMO = base × taux de l’attestation"},
	ruleMTM:           {"MTM_DEDUITE", "majoration du ticket modérateur hors parcours, déduite de la part AMO"},
	ruleMTMInfo:       {"MTM_INFORMATION", "majoration du ticket modérateur hors parcours, que la caisse retiendra plus tard"},
	ruleSansMTM100:    {"SANS_MTM_TAUX", "pas de majoration hors parcours : l’acte est pris en charge à 100 %"},
	ruleSansMTM0:      {"SANS_MTM_NON_REMBOURSE", "pas de majoration hors parcours : l’AMO ne rembourse pas l’acte"},
	ruleSansMTMAge:    {"SANS_MTM_AGE", "pas de majoration hors parcours : le patient est trop jeune pour le parcours de soins"},
	ruleForfait:       {"FORFAIT", "forfait de l’acte au seuil (24 € depuis 2019), à la charge de l’assuré, déduit de la part AMO"},
	ruleForfaitLocal:  {"FORFAIT_REGIME_LOCAL", "forfait de l’acte au seuil (24 € depuis 2019), pris en charge par le régime local"},
	ruleC2S:           {"PART_AMC_C2S", "part AMC C2S = tout ce que l’AMO ne prend pas sur la base"},
	ruleAMC:           {"PART_AMC", "part AMC = part du ticket modérateur que le contrat prend"},
	ruleAME:           {"PART_AMC_AME", "part AME = toute la base"},
	rulePatient:       {"PATIENT", "part du patient = honoraires − AMO − AMC − non pris en charge"},
	rulePlafondSMG:    {"PLAFOND_SMG", "non pris en charge : part au-dessus du maximum de l’attestation, répartie au prorata"},
	ruleSupplementSMG: {"SUPPLEMENT_SMG", "supplément que la CNMSS a accepté de payer"},
	ruleRetenue:       {"RETENUE", "participation forfaitaire, retenue par la caisse sur ses remboursements (information)"},
}

// Rules returns the rules that explanations refer to, for the documentation.
func Rules() []Rule { return rules[:] }
