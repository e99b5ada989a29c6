package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

type tablesCmd struct {
	List   tablesListCmd   `cmd:"" help:"list the tables, with how sure their rows are"`
	Show   tablesShowCmd   `cmd:"" help:"show one table"`
	Search tablesSearchCmd `cmd:"" help:"find rows by words, in all tables"`
	Check  tablesCheckCmd  `cmd:"" help:"look for overlaps, gaps and unknown certainties"`
}

// overrideFlag adds the practice's own tariffs to the tables.
type overrideFlag struct {
	Override string `help:"CSV of the practice's own rows: tarifs.csv, organismes.csv or modificateurs_ccam.csv" type:"existingfile" placeholder:"FILE"`
}

func (o overrideFlag) set() (*tables.Set, error) {
	if o.Override == "" {
		return tables.Default(), nil
	}
	file, err := os.Open(o.Override)
	if err != nil {
		return nil, &unreadable{err}
	}
	defer file.Close()
	set, err := tables.Default().WithOverride(filepath.Base(o.Override), file)
	if err != nil {
		return nil, &unreadable{err}
	}
	return set, nil
}

type tablesListCmd struct{ overrideFlag }

func (c *tablesListCmd) Run(e *env) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	list := set.Tables()
	return e.print(map[string]any{"version": set.Version(), "tables": list}, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "TABLE\tROWS\tV\tVS\tI\tM\tTITLE")
		for _, i := range list {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", i.Nom, i.Lignes, i.Certitude["V"], i.Certitude["VS"], i.Certitude["I"], i.Certitude["M"], i.Titre)
		}
		t.Flush()
		fmt.Fprintf(w, "\nversion %s; V seen, VS seen in a secondary source, I inferred, M from memory\n", set.Version())
	})
}

type tablesShowCmd struct {
	overrideFlag
	Table string `arg:"" help:"name of the table"`
}

func (c *tablesShowCmd) Run(e *env) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	table, ok := set.Table(c.Table)
	if !ok {
		return &usageError{fmt.Errorf("cannot find a table %q; try: agrafe tables list", c.Table)}
	}
	return e.print(table, func(w io.Writer) { writeRows(w, table.Colonnes, table.Rangees) })
}

func writeRows(w io.Writer, columns []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintln(t, strings.ToUpper(strings.Join(columns, "\t")))
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
}

type tablesSearchCmd struct {
	overrideFlag
	Words []string `arg:"" help:"words to look for"`
}

func (c *tablesSearchCmd) Run(e *env) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	hits := set.Search(strings.Join(c.Words, " "))
	if len(hits) == 0 {
		return fmt.Errorf("cannot find %q in any table", strings.Join(c.Words, " "))
	}
	return e.print(hits, func(w io.Writer) {
		for _, h := range hits {
			fmt.Fprintf(w, "%s:%d  %s\n", h.Table, h.Ligne, strings.Join(h.Rangee, " | "))
		}
	})
}

type tablesCheckCmd struct{ overrideFlag }

func (c *tablesCheckCmd) Run(e *env) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	problems := append([]tables.Problem{}, tables.Check(set)...)
	if err := e.print(problems, func(w io.Writer) {
		for _, p := range problems {
			fmt.Fprintf(w, "%s:%d %s %s\n", p.Table, p.Ligne, p.Code, p.Message)
		}
	}); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("cannot vouch for the tables: %d problems", len(problems))
	}
	return nil
}
