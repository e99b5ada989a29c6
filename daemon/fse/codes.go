package fse

import "fmt"

// The codes of Issue. They are stable: a code is never renamed nor given another meaning.
const (
	CodeBrouillonVide      = "BROUILLON_VIDE"
	CodeModeInconnu        = "MODE_INCONNU"
	CodeDateAbsente        = "DATE_SOINS_ABSENTE"
	CodeDateFuture         = "DATE_FUTURE"
	CodeActeApresSoins     = "ACTE_APRES_SOINS"
	CodeActeAvantNaissance = "ACTE_AVANT_NAISSANCE"
	CodeActeAncien         = "ACTE_ANCIEN"
	CodeDelaiDepasse       = "DELAI_DEPASSE"
	CodeAucunActe          = "AUCUN_ACTE"
	CodeTropActes          = "TROP_D_ACTES"
	CodeNumeroAM           = "PROFESSIONNEL_NUMERO"
	CodeRPPS               = "PROFESSIONNEL_RPPS"
	CodeSpecialite         = "SPECIALITE_INCONNUE"
	CodeConvention         = "CONVENTION_INCONNUE"
	CodeSansConvention     = "CONVENTION_SANS_TARIF"
	CodeZone               = "ZONE_SANS_TARIF"
	CodeOPTAM              = "OPTAM_INCOHERENT"

	CodeNIRAbsent            = "NIR_ABSENT"
	CodeNIRFormat            = "NIR_FORMAT"
	CodeNIRCle               = "NIR_CLE"
	CodeNIRMois              = "NIR_MOIS"
	CodeNIRProvisoire        = "NIR_PROVISOIRE"
	CodeNIRPremierChiffre    = "NIR_PREMIER_CHIFFRE"
	CodeNIRNaissance         = "NIR_NAISSANCE"
	CodeNIRType              = "NIR_TYPE_INCONNU"
	CodeNIRAnonymeNom        = "NIR_ANONYME_NOM"
	CodeNaissanceInvalide    = "NAISSANCE_INVALIDE"
	CodeNaissanceAbsente     = "NAISSANCE_ABSENTE"
	CodeNaissanceIncoherente = "NAISSANCE_INCOHERENTE"
	CodeNaissanceFuture      = "NAISSANCE_FUTURE"
	CodeNonIdentifie         = "BENEFICIAIRE_NON_IDENTIFIE"
	CodeQualite              = "QUALITE_INCONNUE"
	CodeQualiteIncoherente   = "QUALITE_INCOHERENTE"
	CodeRang                 = "RANG_INVALIDE"

	CodeOrganismeAbsent      = "ORGANISME_ABSENT"
	CodeOrganismeInconnu     = "ORGANISME_INCONNU"
	CodeCentreInconnu        = "CENTRE_INCONNU"
	CodeCentreSubstitue      = "CENTRE_SUBSTITUE"
	CodeTauxRegime           = "TAUX_REGIME_SPECIAL"
	CodeTauxSaisi            = "TAUX_SAISI_INTERDIT"
	CodeRegimeLocal          = "REGIME_LOCAL_INCONNU"
	CodeTauxFrontalier       = "TAUX_FRONTALIER"
	CodeExonere              = "EXONERE_INCONNU"
	CodeAttestation          = "ATTESTATION_INCONNUE"
	CodeAttestationSecurise  = "ATTESTATION_EN_SECURISE"
	CodeAttestationCondition = "ATTESTATION_CONDITION"
	CodeAttestationPrime     = "ATTESTATION_PRIME"

	CodeAMCAbsente        = "AMC_ABSENTE"
	CodeAMCPart           = "AMC_PART"
	CodeAMCSeule          = "TIERS_PAYANT_AMC_SEUL"
	CodeAMCC2S            = "TIERS_PAYANT_AMC_C2S"
	CodeAMEOrganisme      = "AME_ORGANISME"
	CodeTiersPayant       = "TIERS_PAYANT_OBLIGATOIRE"
	CodeNature            = "NATURE_INCONNUE"
	CodeNatureMelangee    = "NATURE_MELANGEE"
	CodeParcoursMelange   = "PARCOURS_MELANGE"
	CodeParcours          = "PARCOURS_INCONNU"
	CodeParcoursAbsent    = "PARCOURS_ABSENT"
	CodeMaterniteDate     = "MATERNITE_DATE"
	CodeMaterniteEvent    = "MATERNITE_EVENEMENT"
	CodeATReference       = "AT_REFERENCE"
	CodeAccidentDate      = "ACCIDENT_DATE"
	CodeSMGAConfirmer     = "SMG_A_CONFIRMER"
	CodeSMGPropose        = "SMG_PROPOSE"
	CodeSMGDepassement    = "SMG_DEPASSEMENT"
	CodeSMGPlafond        = "SMG_PLAFOND"
	CodeSMGAccord         = "SMG_ACCORD"
	CodeSMGAccordDepasse  = "SMG_ACCORD_DEPASSE"
	CodeSMGSupplement     = "SMG_SUPPLEMENT"
	CodeSMGAME            = "SMG_AME"
	CodeSMGAValider       = "SMG_A_VALIDER"
	CodeSMGMontantChange  = "SMG_MONTANT_CHANGE"
	CodeSMGReste          = "SMG_RESTE_A_RECONNAITRE"
	CodeSMGJeton          = "SMG_JETON"
	CodeDegradeAbsent     = "DEGRADE_MOTIF_ABSENT"
	CodeDegradeMotif      = "DEGRADE_MOTIF_INCONNU"
	CodeDegradePrecision  = "DEGRADE_PRECISION"
	CodeDegradeHorsMode   = "DEGRADE_HORS_MODE"
	CodeRejetSansOriginal = "REJET_SANS_ORIGINAL"

	CodeJSONSyntaxe    = "JSON_SYNTAXE"
	CodeJSONChamp      = "JSON_CHAMP_INCONNU"
	CodeJSONDouble     = "JSON_CLE_DOUBLE"
	CodeJSONSuite      = "JSON_SUITE"
	CodeJSONProfondeur = "JSON_PROFONDEUR"
	CodeJSONUTF8       = "JSON_UTF8"
	CodeJSONUTF16      = "JSON_UTF16"
	CodeJSONType       = "JSON_TYPE"
	CodeJSONTaille     = "JSON_TAILLE"

	CodeActeInconnu         = "ACTE_INCONNU"
	CodeTarifAbsent         = "TARIF_ABSENT"
	CodeTarifAncien         = "TARIF_ANCIEN"
	CodeTarifSpecialite     = "TARIF_SPECIALITE"
	CodeTarifSecteur        = "TARIF_SECTEUR"
	CodeParametreAbsent     = "PARAMETRE_ABSENT"
	CodeQuantite            = "QUANTITE_INVALIDE"
	CodeCoefficient         = "COEFFICIENT_INVALIDE"
	CodeCoefficientInattend = "COEFFICIENT_INATTENDU"
	CodeHonoraires          = "HONORAIRES_INVALIDES"
	CodeHonorairesRequis    = "HONORAIRES_REQUIS"
	CodeMontant             = "MONTANT_TROP_GRAND"
	CodeKmRequis            = "KM_REQUIS"
	CodeKmInterdit          = "KM_INTERDIT"
	CodeComplement          = "COMPLEMENT_INCONNU"
	CodeHeure               = "HEURE_INVALIDE"
	CodeQualificatif        = "QUALIFICATIF_INCONNU"
	CodeQualificatifReserve = "QUALIFICATIF_RESERVE"
	CodeDepassement         = "DEPASSEMENT_INTERDIT"
	CodeDepassementNu       = "DEPASSEMENT_SANS_QUALIFICATIF"
	CodeGratuit             = "GRATUIT_PAYANT"
	CodeEntente             = "ENTENTE_PREALABLE"
	CodeExoneration         = "EXONERATION_INCONNUE"
	CodeExonerationSaisie   = "EXONERATION_SAISIE"
	CodeExonerationInco     = "EXONERATION_INCOHERENTE"
	CodeALD                 = "ALD_NON_OUVERTE"
	CodeCCAM                = "CCAM_LIGNE"
	CodeAssociation         = "CCAM_ASSOCIATION"
	CodeAssociationDouble   = "CCAM_ASSOCIATION_DOUBLE"
	CodeModificateur        = "CCAM_MODIFICATEUR"
	CodeSupplementSeul      = "SUPPLEMENT_SEUL"
	CodeConditionAge        = "CONDITION_AGE"
	CodeConditionHoraires   = "CONDITION_HORAIRES"
	CodeConditionMT         = "CONDITION_MEDECIN_TRAITANT"
	CodeConditionParAn      = "CONDITION_PAR_AN"
	CodeConditionCertif     = "CONDITION_CERTIFICATION"
	CodeConditionALD        = "CONDITION_ALD"
	CodeExamenEnfant        = "EXAMEN_ENFANT_NATURE"
	CodeActeDouble          = "ACTE_EN_DOUBLE"
	CodeDoublon             = "DOUBLON_SUSPECT"
	CodeDoublonForce        = "DOUBLON_FORCE"
)

// CodeDoc documents a code: whether it refuses the draft and what the screen says.
// A %s in Message stands for a value of the draft or of a table.
type CodeDoc struct {
	Code     string `json:"code"`
	Bloquant bool   `json:"bloquant"`
	Message  string `json:"message"`
}

const (
	bloque  = true
	signale = false
)

// PhraseSMG is the question that ticking SMG asks.
const PhraseSMG = "Sélection de la nature d’assurance Soins Médicaux Gratuits (SMG). Le régime du patient sera la Caisse Nationale Militaire de Sécurité Sociale (CNMSS)."

var codeDocs = []CodeDoc{
	{CodeBrouillonVide, bloque, "La FSE est vide : sélectionnez un patient et saisissez un acte."},
	{CodeModeInconnu, bloque, "Mode de facturation inconnu : choisissez securise, degrade ou sansVitale."},
	{CodeDateAbsente, bloque, "La date des soins manque : saisissez-la (AAAA-MM-JJ)."},
	{CodeDateFuture, bloque, "La date %s est dans le futur : corrigez-la."},
	{CodeActeApresSoins, bloque, "L’acte est daté du %s, après la date des soins (%s) : corrigez l’une des deux."},
	{CodeActeAvantNaissance, bloque, "L’acte est daté du %s, avant la naissance du bénéficiaire : corrigez l’une des deux dates."},
	{CodeActeAncien, signale, "Les soins ont plus d’un an : vérifiez la date avant d’envoyer."},
	{CodeDelaiDepasse, signale, "Le délai de transmission (%s) est dépassé : transmettez sans attendre."},
	{CodeAucunActe, bloque, "Aucun acte : saisissez-en au moins un."},
	{CodeTropActes, bloque, "Trop d’actes pour une seule FSE : %s au plus, faites-en plusieurs."},
	{CodeNumeroAM, bloque, "Le numéro d’assurance maladie du professionnel doit avoir 9 chiffres."},
	{CodeRPPS, bloque, "Le numéro RPPS doit avoir 11 chiffres."},
	{CodeSpecialite, bloque, "Spécialité inconnue : donnez un code de la table des spécialités."},
	{CodeConvention, bloque, "Convention inconnue : donnez un code de la table des conventions (1 secteur 1, 2 secteur 1 avec DP, 3 secteur 2)."},
	{CodeSansConvention, bloque, "Aucun tarif n’est connu pour un praticien non conventionné ou salarié d’un régime : cette FSE ne peut pas être calculée."},
	{CodeZone, bloque, "Aucun tarif de %s n’est connu pour la zone %s : les tables couvrent la zone metro ; saisissez-le dans la table locale."},
	{CodeOPTAM, signale, "L’OPTAM ne concerne pas le secteur 1 sans droit à dépassement : vérifiez la convention."},

	{CodeNIRAbsent, bloque, "Le NIR de l’assuré manque : 13 caractères et la clé."},
	{CodeNIRFormat, bloque, "Le NIR n’est pas lisible : 13 caractères (chiffres, 2A ou 2B pour la Corse) et 2 chiffres de clé."},
	{CodeNIRCle, bloque, "La clé du NIR est fausse : vérifiez les chiffres saisis."},
	{CodeNIRMois, signale, "Le mois de naissance du NIR n’est pas un mois de l’année : cela existe, vérifiez."},
	{CodeNIRProvisoire, signale, "NIR provisoire ou de passage : demandez au patient son NIR définitif s’il l’a reçu."},
	{CodeNIRPremierChiffre, signale, "Le premier chiffre du NIR (3 ou 4) est rare : vérifiez."},
	{CodeNIRNaissance, signale, "La date de naissance ne correspond pas à l’année et au mois du NIR : vérifiez."},
	{CodeNIRType, bloque, "Type d’identification inconnu : donnez un code de la table des types de NIR."},
	{CodeNIRAnonymeNom, signale, "Facturation anonyme : le nom ne sera ni imprimé ni envoyé."},
	{CodeNaissanceInvalide, bloque, "La date de naissance n’est pas lisible : JJMMAAAA ou AAAAMMJJ comme sur la carte."},
	{CodeNaissanceAbsente, signale, "La date de naissance manque : les règles d’âge ne sont pas appliquées."},
	{CodeNaissanceIncoherente, signale, "La date de naissance civile ne correspond pas à celle de la carte : vérifiez."},
	{CodeNaissanceFuture, bloque, "La date de naissance est après les soins : corrigez l’une des deux."},
	{CodeNonIdentifie, bloque, "Le bénéficiaire n’est pas identifié : donnez son NIR, ou sa date et son rang de naissance."},
	{CodeQualite, bloque, "Qualité du bénéficiaire inconnue : un chiffre de 0 (assuré) à 9."},
	{CodeQualiteIncoherente, signale, "La qualité du bénéficiaire ne va pas avec l’assuré indiqué : vérifiez."},
	{CodeRang, bloque, "Le rang de naissance va de 1 à 9 : mettez 1, sauf naissances multiples."},

	{CodeOrganismeAbsent, bloque, "L’organisme manque ou est incomplet : régime (2), caisse (3) et centre (4)."},
	{CodeOrganismeInconnu, bloque, "L’organisme %s n’est pas dans la table : vérifiez régime et caisse, ou mettez la table à jour."},
	{CodeCentreInconnu, signale, "Le centre %s n’est pas dans la table ; la caisse y est : vérifiez le centre."},
	{CodeCentreSubstitue, signale, "Mode dégradé du régime général : le centre %s est remplacé par 0000."},
	{CodeTauxRegime, signale, "Ce régime a des taux propres qui ne sont pas publics : vérifiez le taux, saisissez-le au besoin."},
	{CodeTauxSaisi, bloque, "Un taux ne peut être saisi, de 1 à 100, que pour un régime qui a ses taux propres (04, 10)."},
	{CodeRegimeLocal, bloque, "Régime local inconnu : alsace-moselle ou frontalier."},
	{CodeTauxFrontalier, signale, "Régime local des frontaliers : le taux est celui d’Alsace-Moselle, par déduction ; vérifiez-le."},
	{CodeExonere, bloque, "Motif d’exonération du bénéficiaire inconnu : pension-militaire, invalidite ou rente-at."},
	{CodeAttestation, bloque, "Attestation inconnue : choisissez-la dans la liste des attestations."},
	{CodeAttestationSecurise, signale, "Une attestation papier remplace les droits de la carte : vérifiez que la carte est bien à mettre à jour."},
	{CodeAttestationCondition, signale, "Le taux de cette attestation suppose : %s. Vérifiez."},
	{CodeAttestationPrime, signale, "L’attestation choisie l’emporte sur les droits saisis (ALD, exonération, régime local, ASPA) : vérifiez."},

	{CodeAMCAbsente, bloque, "Tiers payant AMC sans organisme complémentaire : saisissez le contrat ou retirez le tiers payant AMC."},
	{CodeAMCPart, bloque, "Formule du contrat inconnue : 100TM, ou une autre part du ticket modérateur de 0TM à 100TM."},
	{CodeAMCSeule, bloque, "Le tiers payant AMC ne va pas sans tiers payant AMO : ajoutez l’AMO ou retirez l’AMC."},
	{CodeAMCC2S, signale, "Patient C2S : le tiers payant vaut aussi pour la part complémentaire."},
	{CodeAMEOrganisme, signale, "L’organisme qui paie l’AME n’est pas indiqué : saisissez-le comme organisme complémentaire."},
	{CodeTiersPayant, bloque, "Le tiers payant AMO est obligatoire (%s) : cochez-le."},
	{CodeNature, bloque, "Nature d’assurance inconnue : maladie, maternite, at, prevention ou smg."},
	{CodeNatureMelangee, bloque, "Une FSE n’a qu’une nature d’assurance : séparez l’acte dans une autre FSE (« Séparer »)."},
	{CodeParcoursMelange, bloque, "Une FSE n’a qu’une situation de parcours de soins : séparez l’acte dans une autre FSE (« Séparer »)."},
	{CodeParcours, bloque, "Situation de parcours de soins inconnue : donnez une lettre de la table des parcours."},
	{CodeParcoursAbsent, signale, "La situation dans le parcours de soins n’est pas indiquée : le calcul ne compte pas de majoration."},
	{CodeMaterniteDate, bloque, "Maternité : donnez la date de début de grossesse ou de naissance."},
	{CodeMaterniteEvent, bloque, "Maternité : la date est celle de la grossesse ou celle de la naissance, et précède les soins pour une grossesse."},
	{CodeATReference, bloque, "Accident du travail : donnez le numéro ou la date de l’accident, qui précède tous les actes."},
	{CodeAccidentDate, bloque, "L’accident causé par un tiers ne peut pas suivre un acte de la FSE : corrigez sa date ou celle de l’acte."},
	{CodeSMGAConfirmer, bloque, PhraseSMG + " Confirmez."},
	{CodeSMGPropose, signale, "La carte désigne la CNMSS pour les soins médicaux gratuits : si l’acte concerne l’infirmité pensionnée, choisissez la nature SMG."},
	{CodeSMGDepassement, bloque, "SMG : la loi exclut tout dépassement. Ramenez les honoraires à %s €, ou saisissez l’accord préalable de la CNMSS."},
	{CodeSMGPlafond, bloque, "SMG : le maximum de l’attestation ne peut pas dépasser le montant calculé (%s €) : corrigez-le ou retirez-le."},
	{CodeSMGAccord, bloque, "SMG : l’accord de la CNMSS doit avoir une date, au plus tard celle de l’acte concerné, et un montant."},
	{CodeSMGAccordDepasse, bloque, "SMG : les suppléments dépassent le montant accordé par la CNMSS (%s €) : ramenez les honoraires, ou corrigez l’accord."},
	{CodeSMGSupplement, bloque, "Les suppléments DAP et SGA vont avec la nature SMG, un accord de la CNMSS et un montant : complétez, ou retirez la ligne."},
	{CodeSMGAME, bloque, "L’AME et les soins médicaux gratuits ne vont pas ensemble : choisissez l’un des deux."},
	{CodeSMGAValider, signale, "SMG : le montant de la prise en charge (%s €) est à valider avant de signer."},
	{CodeSMGMontantChange, signale, "SMG : le montant validé n’est plus le montant calculé (%s €) : validez-le à nouveau."},
	{CodeSMGReste, signale, "SMG : %s € ne sont pas pris en charge et ne seront pas demandés au patient ; prenez-en acte avant de signer."},
	{CodeSMGJeton, bloque, "La FSE a changé depuis la question : posez-la à nouveau."},
	{CodeDegradeAbsent, bloque, "Mode dégradé : indiquez le motif (carte absente, carte muette, lecteur, rejet, autre)."},
	{CodeDegradeMotif, bloque, "Motif du mode dégradé inconnu : carte-absente, carte-muette, lecteur, rejet ou autre."},
	{CodeDegradePrecision, bloque, "Mode dégradé : précisez le motif « autre »."},
	{CodeDegradeHorsMode, bloque, "Un motif de mode dégradé est donné, mais le mode n’est pas dégradé : retirez l’un ou l’autre."},
	{CodeRejetSansOriginal, signale, "La FSE rejetée n’est pas indiquée : donnez son numéro et sa date."},

	{CodeJSONSyntaxe, bloque, "Le texte JSON n’est pas correct au caractère %s : vérifiez guillemets, virgules et accolades."},
	{CodeJSONChamp, bloque, "Ce champ n’existe pas : vérifiez son nom, majuscules comprises."},
	{CodeJSONDouble, bloque, "Ce champ est donné deux fois : gardez-en un."},
	{CodeJSONSuite, bloque, "Du texte suit la FSE : envoyez-la seule, ou une par ligne."},
	{CodeJSONProfondeur, bloque, "Trop de niveaux imbriqués : vérifiez les accolades."},
	{CodeJSONUTF8, bloque, "Le texte n’est pas de l’UTF-8 correct : enregistrez-le en UTF-8."},
	{CodeJSONUTF16, bloque, "Le texte est en UTF-16 : enregistrez-le en UTF-8."},
	{CodeJSONType, bloque, "Valeur d’un autre type qu’attendu : donnez %s."},
	{CodeJSONTaille, bloque, "La FSE est trop longue : 1 Mio au plus."},

	{CodeActeInconnu, bloque, "L’acte %s n’est dans aucune table : vérifiez le code, ou saisissez son tarif dans la table locale."},
	{CodeTarifAbsent, bloque, "Aucun tarif de %s n’est connu au %s (%s) : corrigez l’acte ou la date, ou saisissez le tarif dans la table locale."},
	{CodeTarifAncien, signale, "Le tarif de %s vient de la table de 2022, utilisée à une autre date : vérifiez-le."},
	{CodeTarifSpecialite, bloque, "L’acte %s n’est pas ouvert à votre spécialité, mais aux spécialités %s : cotez un acte qui l’est."},
	{CodeTarifSecteur, bloque, "L’acte %s n’est pas ouvert à votre secteur (%s) : cotez un acte qui l’est."},
	{CodeParametreAbsent, bloque, "La table %s ne donne rien pour %s au %s : rien n’est deviné ; vérifiez la date."},
	{CodeQuantite, bloque, "La quantité va de 1 à 99."},
	{CodeCoefficient, bloque, "Le coefficient n’est pas admis : plus grand que 0 et au plus 9999 ; 1 pour un acte CCAM ou des kilomètres."},
	{CodeCoefficientInattend, signale, "Ce coefficient n’est pas prévu par la table des tarifs pour cet acte : vérifiez-le."},
	{CodeHonoraires, bloque, "Les honoraires ne sont pas admis : de 0 à 9 999 999,99 €."},
	{CodeHonorairesRequis, bloque, "L’acte %s n’a pas de tarif : saisissez ses honoraires."},
	{CodeMontant, bloque, "Le montant calculé est trop grand pour une FSE : vérifiez quantité et coefficient."},
	{CodeKmRequis, bloque, "Indemnité kilométrique : saisissez les kilomètres après abattement, de 1 à 9999."},
	{CodeKmInterdit, bloque, "Les kilomètres ne vont qu’avec une indemnité kilométrique : retirez-les."},
	{CodeComplement, bloque, "Ce complément n’est pas prévu pour cet acte à cette date : N nuit, F dimanche ou férié, sur les actes qui le portent."},
	{CodeHeure, bloque, "L’heure n’est pas lisible : saisissez-la HH:MM."},
	{CodeQualificatif, bloque, "Qualificatif de la dépense inconnu ou réservé aux caisses : DE, ED, DA, DM, DP, G, N, ou une autre ligne de la table des qualificatifs."},
	{CodeQualificatifReserve, signale, "Le qualificatif %s est réservé à d’autres conventions ou spécialités : vérifiez."},
	{CodeDepassement, bloque, "Dépassement interdit : %s. Ramenez les honoraires à la base, %s €."},
	{CodeDepassementNu, signale, "Honoraires au-dessus de la base sans qualificatif de la dépense : ajoutez-le s’il y a lieu."},
	{CodeGratuit, bloque, "Un acte gratuit n’a pas d’honoraires : mettez 0 ou retirez le qualificatif G."},
	{CodeEntente, signale, "L’acte %s demande une entente préalable : saisissez sa date."},
	{CodeExoneration, bloque, "Code d’exonération inconnu : donnez un code de la table des exonérations."},
	{CodeExonerationSaisie, signale, "Exonération %s saisie sans droit connu : gardez le justificatif."},
	{CodeExonerationInco, bloque, "Le code d’exonération %s ne va pas avec cet acte ou ce régime : retirez-le."},
	{CodeALD, bloque, "Acte en rapport avec une ALD alors qu’aucune ALD n’est ouverte : indiquez l’ALD ou l’attestation, ou retirez le lien."},
	{CodeCCAM, bloque, "Ligne CCAM : activité, phase, modificateurs et association ne vont qu’avec un code CCAM, activité de 1 à 5, phase de 0 à 3."},
	{CodeAssociation, bloque, "Code association absent ou inconnu : 1 (100 %%), 2 (50 %%) ou 3 (0 %%)."},
	{CodeAssociationDouble, signale, "Deux actes CCAM ont le même code association : vérifiez l’ordre des actes."},
	{CodeModificateur, bloque, "Modificateur CCAM sans valeur connue : saisissez-le dans la table locale."},
	{CodeSupplementSeul, signale, "Le supplément %s va avec %s : vérifiez l’association."},
	{CodeConditionAge, signale, "L’acte %s est prévu pour un autre âge (%s ans) : vérifiez."},
	{CodeConditionHoraires, signale, "L’acte %s est prévu de 20 h à 8 h, le dimanche et les jours fériés : vérifiez l’heure."},
	{CodeConditionMT, signale, "L’acte %s et la situation de médecin traitant ne vont pas ensemble : vérifiez."},
	{CodeConditionParAn, signale, "L’acte %s est prévu %s fois par an : ce nombre est déjà atteint, vérifiez."},
	{CodeConditionCertif, signale, "L’acte %s va dans un lot de certification %s : vérifiez le mode."},
	{CodeConditionALD, signale, "L’acte %s est prévu pour un patient en ALD : vérifiez."},
	{CodeExamenEnfant, signale, "Examen %s : maternité jusqu’au 12e jour avec la date de naissance, maladie à 100 %% après. Vérifiez la nature d’assurance."},
	{CodeActeDouble, signale, "L’acte %s est saisi deux fois le même jour : vérifiez."},
	{CodeDoublon, bloque, "Le même acte, le même jour, pour le même patient, est déjà dans la FSE %s : refusé, sauf motif saisi."},
	{CodeDoublonForce, signale, "Doublon de la FSE %s, gardé pour le motif saisi."},
}

var codeIndex = func() map[string]*CodeDoc {
	m := make(map[string]*CodeDoc, len(codeDocs))
	for i := range codeDocs {
		m[codeDocs[i].Code] = &codeDocs[i]
	}
	return m
}()

// Codes returns every code with its message, for the documentation.
func Codes() []CodeDoc { return codeDocs }

// newIssue makes the issue of a code about a field. Values fill its message.
func newIssue(code, path string, values ...any) Issue {
	doc := codeIndex[code]
	return Issue{Code: code, Chemin: path, Message: fmt.Sprintf(doc.Message, values...), Bloquant: doc.Bloquant}
}
