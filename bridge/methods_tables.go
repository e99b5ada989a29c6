package bridge

import (
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// maxRows bounds the rows of one answer.
const maxRows = 200

type tablesResult struct {
	Version string        `json:"version"`
	Tables  []tables.Info `json:"tables"`
}

func listTables(c call, _ none) (tablesResult, error) {
	set := c.daemon.Tables()
	return tablesResult{Version: set.Version(), Tables: set.Tables()}, nil
}

type tableParams struct {
	Table string `json:"table"`
	pageParams
}

type tableResult struct {
	tables.Table
	Next string `json:"next,omitempty"` // cursor of the next page, absent at the end
}

func showTable(c call, p tableParams) (tableResult, error) {
	t, ok := c.daemon.Tables().Table(p.Table)
	if !ok {
		return tableResult{}, &state.Error{Kind: state.NotFound, Code: "TABLE_INCONNUE", Path: "table",
			Message: "Cette table n'existe pas : tables.list donne les noms."}
	}
	from, limit := 0, p.Limit
	if p.After != "" {
		n, err := strconv.Atoi(p.After)
		if err != nil || n < 0 || n > len(t.Rangees) {
			return tableResult{}, &state.Error{Kind: state.Invalid, Code: "CURSEUR", Path: "after",
				Message: "Ce curseur n'est pas celui d'une page : reprenez la liste depuis le début."}
		}
		from = n
	}
	if limit <= 0 || limit > maxRows {
		limit = maxRows
	}
	r, end := tableResult{Table: t}, min(from+limit, len(t.Rangees))
	r.Rangees = append([][]string{}, t.Rangees[from:end]...)
	if end < len(t.Rangees) {
		r.Next = strconv.Itoa(end)
	}
	return r, nil
}

type searchParams struct {
	Words string `json:"mots"` // all of them stand in the row, whatever the case and the accents
}

type searchResult struct {
	Rows []tables.Hit `json:"lignes"`
	More bool         `json:"suite,omitempty"` // there are more than the 200 given
}

func searchTables(c call, p searchParams) (searchResult, error) {
	hits := c.daemon.Tables().Search(p.Words)
	n := min(len(hits), maxRows)
	return searchResult{Rows: append([]tables.Hit{}, hits[:n]...), More: n < len(hits)}, nil
}
