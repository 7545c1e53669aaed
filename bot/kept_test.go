package bot

import (
	"testing"

	"payferbot/kassa"
)

// The inbox has a letter before its saver hears that it has: what was found there
// and handed over meanwhile is not handed over once more.
func TestALetterFoundInTheInboxIsNotKeptBesides(t *testing.T) {
	t.Parallel()
	var k kept
	found, forgotten, known := letter(1, 42, "/help"), letter(2, 42, "/help"), letter(3, 42, "/help")
	all := []kassa.Letter{found, forgotten, known}
	k.saving(all)
	if ids := k.with(nil); len(ids) != 0 {
		t.Errorf("%d are handed over before they are saved", ids)
	}
	k.handed([]kassa.Letter{found})
	k.saved(all, []kassa.Letter{found, forgotten}) // the third was dealt with before
	if ids := k.with([]int64{7}); len(ids) != 2 || ids[0] != 7 || ids[1] != 2 {
		t.Errorf("handed over: %d, want 7 that waits and 2 that was forgotten", ids)
	}
	if letters := k.add(nil, []int64{7, 2}); len(letters) != 1 || letters[0].ID != 2 {
		t.Errorf("%d letters are kept, want the forgotten one", len(letters))
	}
}
