package bot

import (
	"context"
	"sync"
)

// shifts works whenever the inbox is ours, until ctx ends. Then it leaves the
// inbox to the next. The error is poll's.
func (b *Bot) shifts(ctx context.Context, in *intake) error {
	defer in.lease.letGo()
	for in.lease.await(ctx) == nil {
		if err := b.shift(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// shift takes updates from Telegram, unless it posts them, and has what is in the inbox
// worked, until the lease is lost or ctx ends. Then no other letter is begun, and those in
// hand are finished, within ten seconds; as long as that takes the lease is kept.
func (b *Bot) shift(ctx context.Context, in *intake) error {
	held, lose := context.WithCancel(ctx)
	defer lose()
	work, end := afterwards(held, drainTime)
	defer end()
	rooms := newMailroom(func(e entry) {
		if held.Err() != nil || !in.lease.runs() {
			lose() // for good: or a later letter would be answered before this one
			e.judge(errClosed)
			return
		}
		b.deal(work, held, in.inbox, e)
	})
	in.rooms.Store(rooms)
	defer in.kept.clear()
	defer in.rooms.Store(nil)

	var beat, sweep sync.WaitGroup
	keeping, rest := context.WithCancel(context.WithoutCancel(ctx))
	beat.Go(func() { in.lease.keep(keeping, lose) })
	sweep.Go(func() { b.sweep(held, in, rooms) })
	err := b.listen(held, in, rooms)

	lose()
	rooms.close()
	sweep.Wait()
	rooms.wait()
	rest()
	beat.Wait()
	return err
}

// listen takes updates until ctx ends; those that Telegram posts come in by themselves.
func (b *Bot) listen(ctx context.Context, in *intake, rooms *mailroom) error {
	if b.mode == Webhook {
		<-ctx.Done()
		return nil
	}
	if b.heard.Load() != 0 {
		b.heard.Store(b.now().UnixMilli()) // while another process listened, silence said nothing
	}
	return b.poll(ctx, in, rooms)
}
