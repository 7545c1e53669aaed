package powercut

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Trace is what a program did to the files below a folder, and what it said.
type Trace struct {
	// Lines is how many lines the record has: the power can be cut after any of them.
	Lines int
	root  *node
	ops   []*op
	syncs []*call
	on    map[*call]*node // what a sync was of
	said  []saying
}

// node is a file or a folder, whatever its names.
type node struct {
	names map[string]*node // of a folder, as they are when all that was done has taken effect; nil: a file
}

// op is one change that is not on the disk before it was synced.
type op struct {
	*call
	file *node // nil: names change, no content
	data []byte
	at   int // of data; without data the size that the file is to have

	names []naming
}

// naming gives a node a name in a folder; a nil node takes the name away.
type naming struct {
	folder *node
	name   string
	is     *node
}

// saying is what the program wrote to its standard output.
type saying struct {
	begin int
	text  []byte
}

// Read reads a record. The folder was empty when the program began; what is
// outside of it is left out.
func Read(file, root string) (*Trace, error) {
	calls, lines, err := readCalls(file)
	if err != nil {
		return nil, err
	}
	tr := &Trace{Lines: lines, root: &node{names: map[string]*node{}}, on: map[*call]*node{}}
	r := &reader{Trace: tr, base: root, open: map[int]*opened{}}
	for _, c := range calls {
		if err := r.take(c); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", c.begin+1, c.name, err)
		}
	}
	return tr, nil
}

// Moments are the lines after which it makes a difference that the power goes
// there and not earlier: a change has begun or ended, a sync has ended, something was said.
func (tr *Trace) Moments() []int {
	var all []int
	for _, o := range tr.ops {
		all = append(all, o.begin+1, o.end+1)
	}
	for _, s := range tr.syncs {
		all = append(all, s.end+1)
	}
	for _, s := range tr.said {
		all = append(all, s.begin+1)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(line int) bool { return line > tr.Lines || line < 0 })
}

// Said is all that the program had begun to say when the power went.
func (tr *Trace) Said(cut int) string {
	var b strings.Builder
	for _, s := range tr.said {
		if s.begin < cut {
			b.Write(s.text)
		}
	}
	return b.String()
}

var errUnfollowed = errors.New("this record cannot follow that call")

// reader follows the program's descriptors and names.
type reader struct {
	*Trace
	base string
	open map[int]*opened
}

type opened struct {
	node *node
	at   int // where the next write goes
}

// take notes one call. One that failed changed nothing.
func (r *reader) take(c *call) error {
	switch c.name {
	case "close": // the number may be given out again before the call is seen to end
		delete(r.open, c.number(0))
		return nil
	case "write":
		return r.write(c)
	case "mmap":
		return r.mapped(c)
	}
	if c.result < 0 {
		return nil
	}
	switch c.name {
	case "openat":
		return r.opens(c)
	case "mkdirat":
		return r.named(c, 1, &node{names: map[string]*node{}})
	case "linkat":
		return r.linked(c)
	case "unlinkat":
		return r.named(c, 1, nil)
	case "renameat", "renameat2":
		return r.renamed(c)
	case "open", "creat", "link", "unlink", "rename", "mkdir", "truncate":
		return r.unknown(c, c.args[0])
	}
	of := r.open[c.number(0)]
	if of == nil {
		return nil
	}
	switch c.name {
	case "pwrite64":
		return r.wrote(c, of.node, c.number(3))
	case "ftruncate":
		r.ops = append(r.ops, &op{call: c, file: of.node, at: c.number(1)})
	case "fsync", "fdatasync":
		r.syncs, r.on[c] = append(r.syncs, c), of.node
	default:
		return errUnfollowed
	}
	return nil
}

func (r *reader) write(c *call) error {
	of := r.open[c.number(0)]
	switch {
	case c.number(0) == 1:
		text, err := c.text(1)
		r.said = append(r.said, saying{c.begin, text})
		return err
	case of == nil || c.result < 0:
		return nil
	}
	at := of.at
	of.at += c.result
	return r.wrote(c, of.node, at)
}

func (r *reader) wrote(c *call, file *node, at int) error {
	data, err := c.text(1)
	if err != nil {
		return err
	}
	if c.end != never {
		data = data[:c.result]
	}
	r.ops = append(r.ops, &op{call: c, file: file, data: data, at: at})
	return nil
}

// mapped refuses a file that is written through memory: no record shows such writes.
func (r *reader) mapped(c *call) error {
	if r.open[c.number(4)] != nil && c.flags(2, "PROT_WRITE") && c.flags(3, "MAP_SHARED") {
		return errors.New("a file is written through memory")
	}
	return nil
}

func (r *reader) opens(c *call) error {
	folder, name, err := r.find(c, 1)
	if err != nil || folder == nil {
		return err
	}
	is := folder.names[name]
	if name == "." {
		is = folder
	}
	switch {
	case is == nil && c.flags(2, "O_CREAT"):
		is = &node{}
		r.rename(c, naming{folder, name, is})
	case is == nil || c.flags(2, "O_TRUNC") || c.flags(2, "O_APPEND"):
		return fmt.Errorf("this record cannot follow %s", strings.Join(c.args[2:], " "))
	}
	r.open[c.result] = &opened{node: is}
	return nil
}

func (r *reader) named(c *call, path int, is *node) error {
	folder, name, err := r.find(c, path)
	if err == nil && folder != nil {
		r.rename(c, naming{folder, name, is})
	}
	return err
}

func (r *reader) linked(c *call) error {
	from, old, err := r.find(c, 1)
	if err != nil || from == nil {
		return err
	}
	return r.named(c, 3, from.names[old])
}

func (r *reader) renamed(c *call) error {
	from, old, err := r.find(c, 1)
	if err != nil || from == nil {
		return err
	}
	to, name, err := r.find(c, 3)
	if err != nil || to == nil {
		return fmt.Errorf("moved out of sight: %w", err)
	}
	r.rename(c, naming{from, old, nil}, naming{to, name, from.names[old]})
	return nil
}

func (r *reader) rename(c *call, names ...naming) {
	for _, n := range names {
		n.folder.names[n.name] = n.is
	}
	r.ops = append(r.ops, &op{call: c, names: names})
}

func (r *reader) unknown(c *call, path string) error {
	c.args = []string{path}
	if folder, _, err := r.find(c, 0); err != nil || folder == nil {
		return err
	}
	return errUnfollowed
}

// find gives the folder in which the path argument's last name stands; nil:
// outside of the base. The base itself is ".".
func (r *reader) find(c *call, path int) (folder *node, name string, err error) {
	raw, err := c.text(path)
	if err != nil {
		return nil, "", err
	}
	if !filepath.IsAbs(string(raw)) {
		return nil, "", nil // the programs are given whole paths
	}
	below, err := filepath.Rel(r.base, string(raw))
	if err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return nil, "", nil
	}
	folder = r.root
	words := strings.Split(below, "/")
	for _, word := range words[:len(words)-1] {
		if folder = folder.names[word]; folder == nil || folder.names == nil {
			return nil, "", fmt.Errorf("no folder %s", below)
		}
	}
	return folder, words[len(words)-1], nil
}
