package bot

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"payferbot/kassa"
)

// fateOf says what became of a message whose sending gave err; nil: it is
// where it should be. The rule: an answer of 4xx means not sent, and so does a
// request that was never written; everything else means nobody knows.
func fateOf(err error) *kassa.SendError {
	if err == nil {
		return nil
	}
	var no *replyError
	if errors.As(err, &no) {
		return no.fate()
	}
	if unsent(err) {
		return &kassa.SendError{Fate: kassa.Flooded, Wait: time.Second, Ours: true, Err: err}
	}
	return &kassa.SendError{Fate: kassa.Lost, Err: err}
}

// unsent tells that the request was never written.
func unsent(err error) bool {
	var broken *lineError
	return errors.As(err, &broken) && broken.Unsent
}

// fate reads Telegram's no; nil where it is a yes in other words.
func (e *replyError) fate() *kassa.SendError {
	switch {
	case e.Code == http.StatusTooManyRequests:
		return &kassa.SendError{Fate: kassa.Flooded, Wait: max(e.Wait, time.Second), Err: e}
	case e.MovedTo != 0:
		return &kassa.SendError{Fate: kassa.Moved, MovedTo: e.MovedTo, Err: e}
	case e.Code == http.StatusForbidden:
		return &kassa.SendError{Fate: kassa.Forbidden, Err: e}
	case e.Code == http.StatusBadRequest:
		return e.badRequest()
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusNotFound, e.Code == http.StatusConflict:
		// The token is no longer good, or the server is not the one we think.
		// Nothing is wrong with the message, so it waits for the operator.
		return &kassa.SendError{Fate: kassa.Flooded, Wait: time.Minute, Err: e}
	}
	return &kassa.SendError{Fate: kassa.Refused, Err: e}
}

// What Telegram says with a 400, in lower case; its documentation does not list these.
var (
	wordsUnchanged = []string{"message is not modified"}
	wordsGone      = []string{"message to edit not found", "message can't be edited", "message_id_invalid"}
	wordsShut      = []string{
		"chat not found", "user not found", "peer_id_invalid", "chat_write_forbidden", "have no rights to send",
		"not enough rights to send", "user is deactivated", "group chat was deactivated", "chat_restricted",
		"need administrator rights", "topic_closed", "user_is_blocked",
	}
	// A text to edit that is a caption, or the other way round.
	wordsOtherKind = []string{"there is no text in the message to edit", "there is no caption in the message to edit"}
	// The message to reply to is not to be had, though we allow to send without.
	wordsNoReply = []string{"reply_message_id_invalid", "message to be replied not found", "message to reply not found", "replied message not found"}
	wordsNoTopic = []string{"message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid", "thread_id_invalid"}
	// The group takes texts, but no photos.
	wordsNoPhoto = []string{"not enough rights to send photos", "send_photos_forbidden"}
	// A button's address is none in Telegram's eyes.
	wordsNoPage  = []string{"button_url_invalid", "inline keyboard button url"}
	wordsDeleted = []string{"message to delete not found", "message_id_invalid"}
)

func (e *replyError) badRequest() *kassa.SendError {
	switch {
	case e.says(wordsUnchanged):
		return nil
	case e.says(wordsGone):
		return &kassa.SendError{Fate: kassa.Gone, Err: e}
	case e.says(wordsShut):
		return &kassa.SendError{Fate: kassa.Forbidden, Err: e}
	}
	return &kassa.SendError{Fate: kassa.Refused, Err: e}
}

func (e *replyError) says(any []string) bool {
	words := strings.ToLower(e.Words)
	for _, w := range any {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}
