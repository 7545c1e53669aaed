// Package bot is Telegram: it takes updates into the sealed inbox, answers
// people's commands, and shows invoices as the [kassa.Messenger].
//
// [Dial] gives a Bot that can send; [Bot.Run] then serves people until its
// context ends.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/payfer"
	"payferbot/secret"
)

// ErrToken says that Telegram does not know the bot's token.
var ErrToken = errors.New("telegram does not accept the bot token")

// The ways in which updates come: BOT_MODE.
const (
	Polling = "polling"
	Webhook = "webhook"
)

// Options are what a Bot is made of.
type Options struct {
	Token       secret.Text
	APIURL      string // the Bot API server; empty: Telegram's own
	Mode        string // Polling (also when empty) or Webhook
	PublicURL   string // the https address of this program; empty: none
	DefaultLang string // for people whose language we do not speak; empty: uz
	Who         string // the process among those that share its store; empty: it is alone
	Book        *locales.Book
	Log         *slog.Logger     // nil: slog.Default
	Now         func() time.Time // nil: time.Now
}

// desk is what the bot asks of the core; [kassa.Desk] is one.
type desk interface {
	PeerAt(ctx context.Context, at kassa.Address, lang string) (kassa.Peer, error)
	ChangePeer(ctx context.Context, id kassa.PeerID, fn func(*kassa.Peer) error) (kassa.Peer, error)
	ShopOf(ctx context.Context, peer kassa.PeerID) (kassa.Shop, error)
	Link(ctx context.Context, peer kassa.PeerID, c payfer.Credentials) (kassa.Shop, error)
	Unlink(ctx context.Context, peer kassa.PeerID) (was kassa.Shop, open int, err error)
	Forget(ctx context.Context, peer kassa.PeerID, shop kassa.ShopID) (dropped int, err error)
	Info(ctx context.Context, peer kassa.PeerID) (kassa.Shop, payfer.ShopInfo, error)
	Issue(ctx context.Context, c kassa.Command) (kassa.Invoice, error)
	Renew(ctx context.Context, peer kassa.PeerID, order string, by int64) (kassa.Invoice, error)
	Issued(ctx context.Context, origin kassa.Origin) (bool, error)
	Check(ctx context.Context, peer kassa.PeerID, order string) (kassa.Invoice, error)
	Find(ctx context.Context, peer kassa.PeerID, ref string) (kassa.Invoice, error)
	Recent(ctx context.Context, peer kassa.PeerID, before time.Time, limit int) ([]kassa.Invoice, error)
	Adopt(ctx context.Context, peer kassa.PeerID, order string, message int) error
	Known(ctx context.Context, at kassa.Address) (kassa.Peer, error)
	Linked(ctx context.Context, shop kassa.ShopID) ([]kassa.Peer, error)
	Peer(ctx context.Context, id kassa.PeerID) (kassa.Peer, error)
	Invite(ctx context.Context, group kassa.PeerID, by int64) (kassa.Grant, error)
	Accept(ctx context.Context, invitation string, who int64, use string) (kassa.Grant, error)
	Vouch(ctx context.Context, group kassa.PeerID, c payfer.Credentials) (kassa.Grant, error)
	Redeem(ctx context.Context, group kassa.PeerID, voucher, use string) (kassa.Shop, error)
	SetCard(ctx context.Context, peer kassa.PeerID, card, holder string) (kassa.Shop, error)
	AddLink(ctx context.Context, peer kassa.PeerID, link kassa.PayLink) (kassa.Shop, error)
	DropLinks(ctx context.Context, peer kassa.PeerID) (kassa.Shop, error)
	SetHolder(ctx context.Context, peer kassa.PeerID, card, holder string) (kassa.Shop, error)
	Offer(ctx context.Context, peer kassa.PeerID, by int64, sum money.Amount, note string) (code string, shop kassa.Shop, err error)
	Posted(ctx context.Context, code string, by int64, inline string) error
	TakeUp(ctx context.Context, code, inline string) (kassa.Invoice, error)
	Visit(ctx context.Context, peer kassa.PeerID, order string) (kassa.Invoice, error)
	Withdraw(ctx context.Context, peer kassa.PeerID, order string) (kassa.Invoice, error)
	Park(ctx context.Context, peer kassa.PeerID, why string) error
	Back(ctx context.Context, peer kassa.PeerID) error
	Move(ctx context.Context, from, to int64) error
}

var (
	_ desk            = (*kassa.Desk)(nil)
	_ kassa.Messenger = (*Bot)(nil)
)

// Bot is the bot at Telegram. It is a [kassa.Messenger] from the start; people
// are served while Run runs.
type Bot struct {
	client *client
	render *renderer
	book   *locales.Book
	log    *slog.Logger
	now    func() time.Time

	mode, publicURL, lang, who string
	id                         int64
	username                   string

	desk   desk
	limits *limits
	intake atomic.Pointer[intake] // where updates come in; nil unless Run runs
	heard  atomic.Int64           // when Telegram last answered a poll, unix milliseconds; 0: never
	hooked atomic.Bool            // Telegram has taken the webhook
	dumb   atomic.Int64           // sends in a row that never left
}

// Dial asks Telegram who the bot is, again and again while Telegram is out of
// reach, until ctx ends. ErrToken: Telegram does not know the token.
func Dial(ctx context.Context, o Options) (*Bot, error) {
	b, err := newBot(o)
	if err != nil {
		return nil, err
	}
	pause := newPause()
	for {
		me, err := b.getMe(ctx)
		if err == nil {
			b.id, b.username = me.ID, me.Username
			b.render = &renderer{book: b.book, bot: me.Username, publicURL: b.publicURL, now: b.now}
			return b, nil
		}
		if final(err) {
			return nil, err
		}
		wait := pause.after(err)
		b.log.Warn("Telegram is not reached, trying again", "in", wait.Round(time.Millisecond), "error", err)
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("reach Telegram: %w", err)
		}
	}
}

func newBot(o Options) (*Bot, error) {
	o = o.filled()
	if o.Book == nil {
		return nil, errors.New("bot: no texts given")
	}
	if o.Mode != Polling && o.Mode != Webhook {
		return nil, fmt.Errorf("bot: mode %q is neither %q nor %q", o.Mode, Polling, Webhook)
	}
	if o.Mode == Webhook && o.PublicURL == "" {
		return nil, errors.New("bot: webhook mode needs a public URL")
	}
	c, err := newClient(o.APIURL, o.Token)
	if err != nil {
		return nil, err
	}
	return &Bot{
		client: c, book: o.Book, log: o.Log, now: o.Now,
		mode: o.Mode, publicURL: o.PublicURL, lang: o.DefaultLang, who: o.Who,
		limits: newLimits(),
	}, nil
}

func (o Options) filled() Options {
	if o.APIURL == "" {
		o.APIURL = "https://api.telegram.org"
	}
	if o.Mode == "" {
		o.Mode = Polling
	}
	if o.DefaultLang == "" {
		o.DefaultLang = "uz"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	return o
}

func (b *Bot) getMe(ctx context.Context) (me *models.User, err error) {
	err = b.client.call(ctx, func(ctx context.Context, api *tg.Bot) (err error) {
		me, err = api.GetMe(ctx)
		return err
	})
	var no *replyError
	if errors.As(err, &no) && (no.Code == 401 || no.Code == 404) { // 404 is what a token of the wrong form gets
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return me, err
}

// final tells an error that trying again will not mend.
func final(err error) bool {
	if errors.Is(err, ErrToken) {
		return true
	}
	var no *replyError
	return errors.As(err, &no) && no.Code != 429
}

// Username is the bot's name at Telegram, without the @.
func (b *Bot) Username() string { return b.username }

// Close lets go of idle connections; only a Bot that never ran needs it.
func (b *Bot) Close() { b.client.close() }
