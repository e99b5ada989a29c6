package daemon

import (
	"encoding/hex"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/backup"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// JournalCheck is what a check of the whole journal has found.
type JournalCheck struct {
	Records uint64 `json:"enregistrements"`
	First   uint64 `json:"premier"`
	Last    uint64 `json:"dernier"`
	Head    string `json:"empreinte"` // of record Last, hexadecimal
	Tables  int    `json:"tables"`
	Bytes   int64  `json:"octets"`
	Derived int    `json:"clesDerivees"`
}

// ShowCheck is r for a screen.
func ShowCheck(r journal.Report) JournalCheck {
	return JournalCheck{Records: r.Records, First: r.First, Last: r.Last, Head: hex.EncodeToString(r.Head[:]),
		Tables: r.Tables, Bytes: r.TableBytes, Derived: r.DerivedKeys}
}

// JournalStats is what there is to know of the journal without reading it.
type JournalStats struct {
	ID        string     `json:"journal"`
	Records   uint64     `json:"enregistrements"`
	Kept      uint64     `json:"gardesDePurge"` // of those, from before the last purge
	First     uint64     `json:"premier"`
	Last      uint64     `json:"dernier"`
	Head      string     `json:"empreinte"`
	Tables    []int      `json:"tables"` // of each level
	DiskBytes int64      `json:"octets"`
	FreeBytes uint64     `json:"libres"`
	LastCheck *time.Time `json:"verifie,omitempty"`
}

// ShowStats is st for a screen.
func ShowStats(st journal.Stats) JournalStats {
	out := JournalStats{ID: hex.EncodeToString(st.ID[:]), Records: st.Records, Kept: st.Kept, First: st.First, Last: st.Last,
		Head: hex.EncodeToString(st.Head[:]), Tables: []int{}, DiskBytes: st.DiskBytes, FreeBytes: st.FreeBytes}
	for _, l := range st.Levels {
		out.Tables = append(out.Tables, l.Tables)
	}
	if !st.LastCheck.IsZero() {
		out.LastCheck = &st.LastCheck
	}
	return out
}

// BackupRun is what a backup has written.
type BackupRun struct {
	Journal  string `json:"journal"`
	Last     uint64 `json:"dernier"`
	Written  uint64 `json:"ecrits"` // records
	Bytes    int64  `json:"octets"`
	Segments int    `json:"segments"`
	Mended   int    `json:"repares"` // segments that were found damaged and written anew
}

// ShowBackup is r for a screen.
func ShowBackup(r backup.Report) BackupRun {
	return BackupRun{Journal: hex.EncodeToString(r.ID[:]), Last: r.Last, Written: r.Written, Bytes: r.Bytes, Segments: r.Segments, Mended: len(r.Mended)}
}

// BackupCheck is what a check of the backup folder has found.
type BackupCheck struct {
	Journal  string    `json:"journal"`
	First    uint64    `json:"premier"`
	Last     uint64    `json:"dernier"`
	Segments int       `json:"segments"`
	Bytes    int64     `json:"octets"`
	Written  time.Time `json:"date"` // of the newest segment
}

// ShowBackupCheck is i for a screen.
func ShowBackupCheck(i backup.Info) BackupCheck {
	return BackupCheck{Journal: hex.EncodeToString(i.ID[:]), First: i.First, Last: i.Last, Segments: i.Segments, Bytes: i.Bytes, Written: i.Written}
}

// Gap is a run of records, both ends included.
type Gap struct {
	First uint64 `json:"premier"`
	Last  uint64 `json:"dernier"`
}

// ShowGaps shows a list of gaps; an empty one is not null.
func ShowGaps(gaps []journal.Gap) []Gap {
	shown := make([]Gap, 0, len(gaps))
	for _, g := range gaps {
		shown = append(shown, Gap(g))
	}
	return shown
}

// Purged is what a purge has taken out.
type Purged struct {
	FSE     int    `json:"fse"`
	Lots    int    `json:"lots"`
	Records uint64 `json:"enregistrements"`
	Until   uint64 `json:"jusque"` // the chain begins behind this record
}

// ShowPurged is a purge for a screen.
func ShowPurged(done journal.Purged, gone lot.Purgeable) Purged {
	return Purged{FSE: gone.FSE, Lots: gone.Lots, Records: done.GoneRecords, Until: done.Until}
}

// backupFailures gives each backup.Kind its place on the wire.
var backupFailures = map[backup.Kind]failure{
	backup.Away:     {state.Offline, "SAUVEGARDE_ABSENTE", "Le dossier de sauvegarde n'est pas là : rebranchez le disque ou rétablissez le partage. La sauvegarde reprendra d'elle-même.", true},
	backup.Refused:  {state.Denied, "SAUVEGARDE_REFUSEE", "Le service ne peut pas écrire dans le dossier de sauvegarde : donnez-lui ce droit.", true},
	backup.Full:     {state.DiskFull, "SAUVEGARDE_PLEINE", "Le disque de sauvegarde est plein : libérez de la place ou choisissez un autre dossier.", true},
	backup.Foreign:  {state.Invalid, "SAUVEGARDE_AUTRE", "Le dossier de sauvegarde est celui d'un autre journal : choisissez-en un autre.", false},
	backup.WrongKey: {state.Invalid, "SAUVEGARDE_CLE", "Cette sauvegarde a été chiffrée avec une autre clé : retrouvez son code de récupération, ou choisissez un autre dossier.", false},
	backup.Empty:    {state.NotFound, "SAUVEGARDE_VIDE", "Il n'y a pas de sauvegarde dans ce dossier.", false},
	backup.Damaged:  {state.JournalDamaged, "SAUVEGARDE_ENDOMMAGEE", "Une partie de la sauvegarde est endommagée : lancez une sauvegarde, elle sera réécrite.", true},
	backup.Moved:    {state.Busy, "SAUVEGARDE_PENDANT_PURGE", "Le journal a été purgé pendant la sauvegarde. Recommencez.", true},
	backup.Internal: {state.Internal, "SAUVEGARDE_INTERNE", "La sauvegarde a échoué ; le journal du service (agrafed) en dit la cause.", true},
}

// backupFailure is Failure for the errors of backups.
func backupFailure(err error) *state.Error {
	if errors.Is(err, vault.ErrNoBackup) {
		return failure{state.Invalid, "SAUVEGARDE_NON_REGLEE", "Aucun dossier de sauvegarde n'est réglé : donnez journal.backup dans la configuration.", false}.error(err)
	}
	if f, ok := backupFailures[backup.KindOf(err)]; ok {
		return f.error(err)
	}
	return Failure(err)
}
