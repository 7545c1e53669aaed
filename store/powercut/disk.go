package powercut

import (
	"math/rand/v2"
	"os"
	"path/filepath"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Disk lays out in folder "into" what the disk may hold when the power goes
// after so many lines. What is left to chance the dice decide.
func (tr *Trace) Disk(cut int, dice *rand.Rand, into string) error {
	d := &disk{content: map[*node][]byte{}, names: map[*node]map[string]*node{}, dice: dice}
	synced := tr.synced(cut)
	for _, o := range tr.ops {
		if o.begin < cut {
			d.do(o, o.durable(synced))
		}
	}
	return d.write(tr.root, into)
}

// synced tells for every node when the last sync of it began that had ended
// when the power went: it covers what had ended by then.
func (tr *Trace) synced(cut int) map[*node]int {
	last := map[*node]int{}
	for _, s := range tr.syncs {
		if s.end < cut {
			last[tr.on[s]] = max(last[tr.on[s]], s.begin)
		}
	}
	return last
}

func (o *op) durable(synced map[*node]int) bool {
	if o.file != nil {
		return o.end < synced[o.file]
	}
	for _, n := range o.names {
		if o.end >= synced[n.folder] {
			return false
		}
	}
	return true
}

// disk is being laid out.
type disk struct {
	content map[*node][]byte
	names   map[*node]map[string]*node
	dice    *rand.Rand
}

func (d *disk) do(o *op, durable bool) {
	switch {
	case o.file == nil:
		if durable || d.heads() {
			d.name(o.names)
		}
	case o.data == nil:
		if durable || d.heads() {
			d.resize(o.file, o.at)
		}
	case durable:
		d.put(o.file, o.at, o.data)
	default:
		d.tear(o)
	}
}

func (d *disk) heads() bool { return d.dice.IntN(2) == 0 }

func (d *disk) name(names []naming) {
	for _, n := range names {
		if d.names[n.folder] == nil {
			d.names[n.folder] = map[string]*node{}
		}
		d.names[n.folder][n.name] = n.is
	}
}

func (d *disk) resize(file *node, size int) {
	was := d.content[file]
	if size <= len(was) {
		d.content[file] = was[:size:size]
		return
	}
	d.content[file] = append(was, make([]byte, size-len(was))...)
}

func (d *disk) put(file *node, at int, data []byte) {
	if end := at + len(data); end > len(d.content[file]) {
		d.resize(file, end)
	}
	copy(d.content[file][at:], data)
}

// tear writes all, nothing, or some sectors of what no sync covered. The size
// may have grown though the content is not there.
func (d *disk) tear(o *op) {
	if end := o.at + len(o.data); end > len(d.content[o.file]) && d.heads() {
		d.resize(o.file, end)
	}
	some := d.dice.IntN(4)
	for from := 0; from < len(o.data); {
		to := min(len(o.data), from+sector-(o.at+from)%sector)
		if some == 0 || some > 1 && d.heads() {
			d.put(o.file, o.at+from, o.data[from:to])
		}
		from = to
	}
}

// write lays out a folder with all that has a name in it.
func (d *disk) write(folder *node, into string) error {
	if err := os.MkdirAll(into, 0o700); err != nil {
		return err
	}
	for name, is := range d.names[folder] {
		path := filepath.Join(into, name)
		var err error
		switch {
		case is == nil:
		case is.names != nil:
			err = d.write(is, path)
		default:
			err = os.WriteFile(path, d.content[is], 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
